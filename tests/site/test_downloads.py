"""Weights to take home: under the names of their files, or where they lie elsewhere."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import pytest
from support.links import broken_links
from support.site import Project, make_project

from generator.errors import ManifestError

HUB = "https://example.org/hub/Soft%20one.safetensors?download=true"


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return make_project(tmp_path / "project")


def rows(project: Project, page: str = "index.html") -> list[tuple[str, str, bool]]:
    """Return address and name of each download in a table, and whether its checksum is told."""
    table = re.findall(
        r'<td><a href="([^"]+)" download="([^"]+)">([^<]+)</a></td>(.*?)</tr>',
        project.read(page),
        re.DOTALL,
    )
    assert all(saved_as == name for _, saved_as, name, _ in table)
    return [(unescape(a), unescape(n), "<code>" in rest) for a, _, n, rest in table]


def with_table(project: Project) -> Project:
    project.write("content/index.md", "# A\n\n/// downloads\n///\n")
    return project


def test_a_download_is_saved_under_the_name_of_its_file(project: Project) -> None:
    path = project.root / project.manifest["models"]["soft"]["path"]
    path.rename(project.root / 'Mein "Öl" & co.safetensors')
    project.manifest["models"]["soft"]["path"] = 'Mein "Öl" & co.safetensors'
    assert with_table(project).build().warnings == ()
    assert rows(project) == [("models/soft.safetensors", 'Mein "Öl" & co.safetensors', True)]
    page = project.read("comparisons/sharpness/index.html")
    assert 'download="Mein &#34;Öl&#34; &amp; co.safetensors"' in page
    assert (project.output / "models/soft.safetensors").is_file()
    assert broken_links(project.output) == []


def test_weights_that_lie_elsewhere_are_linked_and_not_copied(project: Project) -> None:
    project.manifest["models"]["soft"]["download"] = HUB
    mix = {"mix": {"soft": 0.5, "sharp": 0.5}, "title": "Half", "download": "https://x.org/"}
    project.manifest["comparisons"]["any"] = {"choose": ["input", mix]}
    assert with_table(project).build().warnings == ()
    assert rows(project) == [
        (HUB, "Soft one.safetensors", True),
        ("https://x.org/", "https://x.org/", False),
    ]
    assert not (project.output / "models").exists()
    assert rows(project, "comparisons/any/index.html") == [
        ("https://x.org/", "https://x.org/", False)
    ]
    assert f'href="{HUB}"' in project.read("comparisons/sharpness/index.html")


@pytest.mark.parametrize("download", ["yes", "", 1, "ftp://x.org/a"])
def test_a_download_is_true_or_an_address(project: Project, download: object) -> None:
    project.manifest["models"]["soft"]["download"] = download
    with pytest.raises(
        ManifestError, match="expected true, or the web address where the file lies"
    ):
        project.build()
