"""The commands: what each reads, does and prints; the only room that prints."""
