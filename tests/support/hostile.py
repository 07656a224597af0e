"""Texts that would act if a page let them."""

from __future__ import annotations

from typing import Any

import yaml

from support.site import Project

HOSTILE = [
    "<script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "]]><script>alert(1)</script>",
    "</script><script>alert(1)</script>",
    "--><svg onload=alert(1)>",
    "{{ 7 * 7 }}{% raw %}{{ site }}",
    "&lt;b&gt; & &amp; &#60;",
    "\u202e\u2028\u2029\ufdd0\x7f",
    "javascript:alert(1)",
    "{0} {x} %s %(a)s {}",
    "<!-- x",
    "`</code><script>alert(1)</script>`",
    "[x](javascript:alert(1)){onclick=alert(1)}",
    "<a href='javascript:alert(1)'>",
    "![x](//evil.example/x.png)",
    "/// comparison | x\n///",
    "$\\frac{1}{2}$ <b>",
]


def fill(project: Project, text: str) -> None:
    """Put a text into every field of the manifest that holds one."""
    manifest: dict[str, Any] = project.manifest
    manifest["site"] |= {"title": text, "description": text, "author": text}
    for model in manifest["models"].values():
        model |= {"title": text, "description": text, "author": text, "license": text}
    for picture in manifest["inputs"].values():
        picture |= {"title": text, "credit": text, "license": text}
    for comparison in manifest["comparisons"].values():
        comparison |= {"title": text, "caption": text}
    manifest["comparisons"]["sequence"]["labels"] = [text, text]
    manifest["comparisons"]["everything"]["choose"] = [
        "input",
        {"of": "soft", "title": f"{text} 1"},
        {"mix": {"soft": 0.5, "sharp": 0.5}, "title": f"{text} 2"},
    ]
    front = yaml.safe_dump({"title": text}, allow_unicode=True)
    project.write("content/page.md", f"---\n{front}---\n\n/// comparison | sharpness\n///\n")
