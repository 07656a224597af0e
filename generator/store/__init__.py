"""The frame cache: content key → file."""

from generator.store.checksummed import fits
from generator.store.store import Measured, Record, Removed, Store

__all__ = ["Measured", "Record", "Removed", "Store", "fits"]
