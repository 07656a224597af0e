"""The frame cache: content key → file."""

from generator.store.store import Record, Removed, Store

__all__ = ["Record", "Removed", "Store"]
