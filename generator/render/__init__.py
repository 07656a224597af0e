"""From missing work to files in the store; the only room that opens ``networks``."""
