"""Pictures: read whatever authors have, prepare it for the networks, write the site's files.

Everything that touches Pillow is here, and nothing here touches torch.
"""

from generator.images.cards import composite_card, social_card
from generator.images.classic import draw
from generator.images.decoding import MAX_PIXELS, read_info
from generator.images.encode import encode
from generator.images.prepare import (
    Prepared,
    decode,
    enlarge_alpha,
    original,
    prepare,
    reference,
)

__all__ = [
    "MAX_PIXELS",
    "Prepared",
    "composite_card",
    "decode",
    "draw",
    "encode",
    "enlarge_alpha",
    "original",
    "prepare",
    "read_info",
    "reference",
    "social_card",
]
