"""Snapshots of what small sites say.

After a wanted change, write them anew and read the diff::

    GOLDEN=write python -m pytest tests/site/test_golden.py

Templates are left out, which change more often than what they are given.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from support.site import Project, make_project

GOLDEN = Path(__file__).parents[1] / "golden"

PAGE = """---
title: A page
description: What is here
---

# A page "in quotes"

## Formulas {#math}

Inline $\\alpha_1 < \\beta^2$, and

$$
\\theta = \\sum_{i=1}^{N} w_i\\,\\theta_i
$$

[Up](#math), [a comparison](comparisons/sharpness/), [weights](models/soft.safetensors)[^1].

![A cat](cat.png)

/// caption
A *cat*
///

| a | b |
|---|--:|
| 1 | 2 |

``` python
print("<b>")
```

[^1]: A note.
"""


def normalised(text: str) -> str:
    """Replace what encoders decide: hashes of files, in order of appearance, and sizes."""
    names: dict[str, str] = {}
    text = re.sub(
        r"\b(?:[0-9a-f]{32}|[0-9a-f]{12})\b",
        lambda match: names.setdefault(match[0], f"hash{len(names) + 1}"),
        text,
    )
    return re.sub(r'"bytes":\d+', '"bytes":0', text)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    project = make_project(tmp_path / "project")
    project.write("content/page.md", PAGE)
    project.write("content/cat.png", (project.root / "cat.png").read_bytes())
    project.write("templates/page.html", "{{ content }}")
    return project


@pytest.mark.parametrize(
    "name",
    [
        "page/index.html",
        "comparisons/sharpness/data.json",
        "comparisons/everything/data.json",
        "comparisons/sequence/data.json",
        "feed.xml",
        "sitemap.xml",
        "robots.txt",
    ],
)
def test_what_is_written_is_what_was_seen_and_found_good(
    project: Project, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1800000000")
    project.build(base_url="https://example.org/models/")
    text = re.sub(r'("(?:psnr|ssim)"):[\d.]+', r"\1:0", normalised(project.read(name)))
    file = GOLDEN / name
    if os.environ.get("GOLDEN") == "write":
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    assert text == file.read_text(encoding="utf-8")
