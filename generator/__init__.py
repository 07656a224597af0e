"""alphagrid: static comparison websites for interpolated neural networks."""

__version__ = "0.1.0"
