"""The frame cache: content key → file."""

from generator.store.artifacts import Artifact
from generator.store.checksummed import fits
from generator.store.store import Record, Removed, Store

__all__ = ["Artifact", "Record", "Removed", "Store", "fits"]
