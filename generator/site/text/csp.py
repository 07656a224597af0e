"""What the pages' security policy keeps browsers from obeying: left out, or said to the author."""

from __future__ import annotations

import re

from generator.site.text.html_rewriter import Tag

_PROGRAMS = frozenset({"module", "text/javascript"})
_FROM_ELSEWHERE = frozenset({"iframe", "embed", "object", "frame"})


def obey_policy(tag: Tag) -> tuple[bool, list[tuple[str, str]]]:
    """Take inline styles and scripts out of a tag.

    Returns whether it was changed, and what its author should know: the words it stands at, and
    the message.
    """
    attributes = tag.attributes
    aligned = re.fullmatch(r"text-align: (right|center|left);", str(attributes.get("style")))
    if aligned and tag.name in ("td", "th"):  # Markdown's tables
        del attributes["style"]
        attributes["class"] = aligned[1]
        return True, []
    notes = []
    if tag.name in _FROM_ELSEWHERE:
        message = f"<{tag.name}> stays empty: pages load nothing from elsewhere; link to it"
        notes.append((f"<{tag.name}", message))
    program = tag.name == "script" and (attributes.get("type") or "module") in _PROGRAMS
    if tag.name == "style" or (program and not attributes.get("src")):
        message = f"<{tag.name}> in a page does nothing: write a file in static/"
        notes.append((f"<{tag.name}", message))
    inline = [name for name in attributes if name == "style" or name.startswith("on")]
    for name in inline:
        message = f"'{name}' in a tag is left out: pages take styles and scripts from files"
        notes.append((f"{name}=", f"{message} in static/ alone"))
        del attributes[name]
    return bool(inline), notes
