"""The manifest, site.yaml: what an author may write (types), read with positions, checked."""

from generator.manifest.load import ManifestFile, load
from generator.manifest.types import Manifest

__all__ = ["Manifest", "ManifestFile", "load"]
