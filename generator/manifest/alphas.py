"""Alpha grids in every written form, as exact decimal numbers."""

from __future__ import annotations

import math
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

MAX_ALPHAS = 2_000
DIGITS = 12
"""Coefficients are rounded to this many decimals, so that 1 - 0.9 is 0.1 wherever it appears."""
SUM_TOLERANCE = 1e-6
"""How far from 1 the sum of written coefficients may be: three thirds never make a whole."""

ALPHAS_SCHEMA: dict[str, Any] = {
    "anyOf": [
        {"type": "integer", "minimum": 2, "maximum": MAX_ALPHAS},
        {"type": "array", "items": {"type": "number"}, "minItems": 1, "maxItems": MAX_ALPHAS},
        {
            "type": "object",
            "properties": {
                "start": {"type": "number", "default": 0, "description": "The first alpha."},
                "stop": {
                    "type": "number",
                    "default": 1,
                    "description": "The last alpha, where a step reaches it.",
                },
                "step": {
                    "type": "number",
                    "exclusiveMinimum": 0,
                    "description": "The distance between alphas.",
                },
            },
            "required": ["step"],
            "additionalProperties": False,
        },
    ]
}


def parse_alphas(value: Any) -> tuple[float, ...]:
    """Turn a count, a list or ``{start, stop, step}`` into rising alphas without repetitions.

    A count ``n`` means ``n`` alphas from 0 to 1 at equal distances. ``stop`` is included where
    a step reaches it. Raises ValueError with what is wrong.
    """
    if isinstance(value, bool) or value is None or isinstance(value, str):
        raise ValueError(_expected(value))
    if isinstance(value, int):
        return _count(value)
    if isinstance(value, (tuple, list)):
        return _list(value)
    if isinstance(value, dict):
        return _range(value)
    raise ValueError(_expected(value))


def coefficients(values: Iterable[float]) -> tuple[float, ...]:
    """Return the coefficients of a mix as they are kept: rounded.

    Raises ValueError where they do not sum to 1.
    """
    written = tuple(values)
    total = sum(written)
    if not abs(total - 1) <= SUM_TOLERANCE:
        msg = f"coefficients must sum to 1, these sum to {round(total, 6):g}"
        raise ValueError(msg)
    return tuple(rounded(value) for value in written)


def rounded(value: float) -> float:
    """Round a coefficient to the precision in which coefficients are kept; never -0.0."""
    return round(value, DIGITS) + 0.0


def _count(count: int) -> tuple[float, ...]:
    if not 2 <= count <= MAX_ALPHAS:
        msg = f"a number of alphas is 2 to {MAX_ALPHAS}, got {count}"
        raise ValueError(msg)
    return tuple(rounded(index / (count - 1)) for index in range(count))


def _list(values: tuple[Any, ...] | list[Any]) -> tuple[float, ...]:
    if not 1 <= len(values) <= MAX_ALPHAS:
        msg = f"a list of alphas has 1 to {MAX_ALPHAS} numbers, got {len(values)}"
        raise ValueError(msg)
    return tuple(sorted({rounded(_number(value)) for value in values}))


def _range(value: dict[str, Any]) -> tuple[float, ...]:
    unknown = sorted(set(value) - {"start", "stop", "step"})
    if unknown or "step" not in value:
        msg = f"expected start, stop and step, got {', '.join(sorted(value)) or 'nothing'}"
        raise ValueError(msg)
    start = Decimal(str(_number(value.get("start", 0))))
    stop = Decimal(str(_number(value.get("stop", 1))))
    step = Decimal(str(_number(value["step"])))
    if step <= 0 or stop < start:
        msg = "step must be above 0, and stop not below start"
        raise ValueError(msg)
    if (stop - start) / step >= MAX_ALPHAS:
        msg = f"more than {MAX_ALPHAS} alphas: choose a larger step"
        raise ValueError(msg)
    count = int((stop - start) / step) + 1
    return tuple(rounded(float(start + index * step)) for index in range(count))


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        msg = f"an alpha is a number, got {value!r}"
        raise ValueError(msg)
    return float(value)


def _expected(value: Any) -> str:
    return (
        "expected a number of alphas (11), a list ([0, 0.3, 1]) "
        f"or {{start: 0, stop: 1, step: 0.1}}, got {value!r}"
    )
