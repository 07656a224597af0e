"""What a page's main thread did, from Chromium's trace."""

from __future__ import annotations

import json
from typing import Any

CATEGORIES = ["-*", "toplevel", "devtools.timeline", "v8.execute"]
"""What to record: tasks, and within them scripts, style and layout."""

_SCRIPTS = {"FunctionCall", "EvaluateScript", "v8.evaluateModule", "RunMicrotasks", "EventDispatch"}


def main_thread(trace: bytes) -> dict[str, float]:
    """Return milliseconds of all renderers' main threads in a trace of ``CATEGORIES``.

    ``longest wall`` and ``longest`` are those of one task, by the clock and on the processor;
    ``tasks``, ``scripts``, ``style`` and ``layout`` are sums on the processor. Style and layout
    that a script asks for count there and in ``scripts``.
    """
    events = json.loads(trace)["traceEvents"]
    threads = {
        (event["pid"], event["tid"])
        for event in events
        if event["name"] == "thread_name" and event["args"]["name"] == "CrRendererMain"
    }
    spans = [e for e in events if e["ph"] == "X" and (e["pid"], e["tid"]) in threads]
    tasks = _outermost(spans, {"RunTask", "ThreadControllerImpl::RunTask"})
    return {
        "longest wall": max((task["dur"] for task in tasks), default=0) / 1000,
        "longest": max((task["tdur"] for task in tasks), default=0) / 1000,
        "tasks": _total(tasks),
        "scripts": _total(_outermost(spans, _SCRIPTS)),
        "style": _total(_outermost(spans, {"UpdateLayoutTree"})),
        "layout": _total(_outermost(spans, {"Layout"})),
    }


def _outermost(spans: list[dict[str, Any]], names: set[str]) -> list[dict[str, Any]]:
    """Return the spans of these names that lie in no other of them."""
    found: list[dict[str, Any]] = []
    ends: dict[tuple[int, int], float] = {}
    for span in sorted((s for s in spans if s["name"] in names), key=lambda s: s["ts"]):
        thread = (span["pid"], span["tid"])
        if span["ts"] >= ends.get(thread, 0):
            found.append({"dur": 0, "tdur": 0, **span})
            ends[thread] = span["ts"] + span.get("dur", 0)
    return found


def _total(spans: list[dict[str, Any]]) -> float:
    return float(sum(span["tdur"] for span in spans)) / 1000
