"""From missing work to files in the store, by an engine: the only room that opens ``networks``."""
