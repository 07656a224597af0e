"""The pages of a whole site, seen by the W3C's HTML checker."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from support.site import make_project

VNU = Path(__file__).parents[1] / "js/node_modules/vnu-jar/build/dist/vnu.jar"

PAGE = """# Everything Markdown can

Text with $\\alpha = \\frac{1}{2}$, a note[^1], "quotes" -- and [a link](#formulas "Why?").

![A cat](cat.png){.wide}

/// caption
A figure
///

## Formulas

$$
\\begin{aligned} a &= \\sum_{i=1}^{N} w_i < b \\\\ c &= \\operatorname{PSNR} \\end{aligned}
$$

| a | b |
|---|--:|
| 1 | $\\left( \\frac{a}{b} \\right]$ |

- list

    ``` python
    code = "<b>"
    ```

Term
:   Definition

/// comparison | sharpness
With *words* of its own.

- and a list
///

### Another

/// comparison | everything
///

[^1]: The note.
"""


def test_the_checker_of_html_finds_no_error(tmp_path: Path) -> None:
    if not VNU.exists() or not shutil.which("java"):
        pytest.skip("run `npm ci` in tests/js, and have Java, to check the HTML")
    project = make_project(tmp_path / "project")
    project.write("content/cat.png", (project.root / "cat.png").read_bytes())
    project.write("content/index.md", PAGE)
    project.write("content/other.md", "---\ntitle: <b>&\"'\n---\n\nNo heading.\n")
    plan = project.open().plan
    project.failures = {plan.comparisons[0].frames[1].frame.key: "no <memory>"}
    assert project.build(base_url="https://example.org/models/").warnings == ()
    # A page that is wrong, to see that the checker looks.
    wrong = project.write("wrong/wrong.html", "<!doctype html><title>x</title><p><blink>")
    command = ["java", "-Xmx300m", "-jar", str(VNU), "--errors-only", "--also-check-css"]
    command += ["--skip-non-html", str(project.output), str(wrong.parent)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    lines = done.stderr.splitlines()
    assert any("wrong.html" in line for line in lines)
    unknown = ("wrong.html", "container")  # container queries are newer than the checker
    assert [line for line in lines if not any(word in line for word in unknown)] == []
