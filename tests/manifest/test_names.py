"""Names of files: one name in every form that Unicode has for it; links that lead out."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from generator.errors import ManifestError
from generator.manifest import ManifestFile, load
from generator.manifest.globs import matching_files
from generator.manifest.names import as_on_disk, composed

NAME = "Zürich-Köln"
FORMS = [unicodedata.normalize(form, NAME) for form in ("NFC", "NFD")]
MIXED = FORMS[0][:6] + FORMS[1][7:]
"""As when two names are joined: the first in one form, the second in the other."""


def write(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"x")


def read(folder: Path, text: str) -> ManifestFile:
    (folder / "site.yaml").write_text(text, encoding="utf-8")
    return load(folder / "site.yaml", shown_as=Path("site.yaml"))


@pytest.mark.parametrize("held", [*FORMS, MIXED])
@pytest.mark.parametrize("written", [*FORMS, MIXED])
def test_every_file_of_a_manifest_is_found_in_every_form(
    tmp_path: Path, written: str, held: str
) -> None:
    write(tmp_path, f"{held}/{held}.png", f"{held}/{held}.pth", f"content/{held}.md")
    manifest = read(
        tmp_path,
        f"""\
site: {{title: T}}
models: {{a: "{written}/{written}.pth"}}
inputs:
  cat:
    path: "{written}/{written}.png"
    reference: "./{written}/{written}.png"
    masks: {{m: "{tmp_path.as_posix()}/{written}/{written}.png"}}
comparisons:
  x: {{frames: "{written}/{written}*.png"}}
pages: ["content/{written}.md"]
""",
    ).manifest
    cat = manifest.inputs["cat"]
    assert manifest.pages is not None
    paths = [manifest.models["a"].path, cat.path, cat.reference or "", cat.masks["m"]]
    for path in [*paths, *manifest.pages]:
        assert (tmp_path / path).is_file()
    found = matching_files(tmp_path, manifest.comparisons["x"].frames or "")
    assert found == [tmp_path / f"{held}/{held}.png"]


def test_the_name_that_is_written_comes_first(tmp_path: Path) -> None:
    write(tmp_path, *FORMS)
    if len(list(tmp_path.iterdir())) == 1:
        pytest.skip("this disk takes both for one")
    assert [as_on_disk(tmp_path, form) for form in FORMS] == FORMS
    assert as_on_disk(tmp_path, "no-such-file") == "no-such-file"
    assert as_on_disk(tmp_path, "a\0b") == "a\0b"
    assert as_on_disk(tmp_path, "ü" * 300) == "ü" * 300


@pytest.mark.parametrize(
    ("pattern", "count"),
    [
        ("Z?rich/*.png", 2), ("Z[üo]rich/*.png", 2), ("Z[!ü]rich/*.png", 1), ("Z*/ö*.png", 2),
        ("Z*/?.png", 3), ("**/ö.png", 2), ("Zürich/**/*.png", 3), ("Zu*/ö.png", 0),
        ("../*/Zürich/ö.png", 1), ("ü*", 0), ("Z**/a.png", -1), ("", -1), ("./", -1),
    ],
)  # fmt: skip
@pytest.mark.parametrize("written", ["NFC", "NFD"])
def test_patterns_count_characters_as_people_do(
    tmp_path: Path, written: str, pattern: str, count: int
) -> None:
    root = tmp_path / "root"
    decomposed = unicodedata.normalize("NFD", "Zürich")
    write(root, f"{decomposed}/{unicodedata.normalize('NFD', 'ö')}.png", f"{decomposed}/a.png")
    write(root, f"{decomposed}/deep/ab.png", "Zorich/ö.png", "Zoorich/a.png")
    pattern = unicodedata.normalize(written, pattern)
    if count < 0:
        with pytest.raises(ValueError, match="invalid glob pattern"):
            matching_files(root, pattern)
        return
    if pattern == "Z?rich/*.png":
        count = 3  # and Zorich
    expected = {"Z*/?.png": 4, "Z[üo]rich/*.png": 3}.get(composed(pattern), count)
    assert len(matching_files(root, pattern)) == expected


@given(st.text(st.sampled_from("ab*?[]!/.-"), min_size=1, max_size=8))
def test_patterns_without_accents_match_what_the_system_matches(
    tmp_path_factory: pytest.TempPathFactory, pattern: str
) -> None:
    assume(not pattern.startswith("/"))
    root = tmp_path_factory.getbasetemp() / "globbed"
    if not root.exists():
        write(root, "a", "b", "ab", "a-b", "a]", "[a", "a.b", "x/a", "x/b", "x/y/a", "a!/b", "!")
    try:
        expected = sorted(path for path in root.glob(pattern) if path.is_file())
    except (ValueError, NotImplementedError, IndexError, AttributeError):
        # The last is Python's own answer to './'.
        with pytest.raises(ValueError, match="glob"):
            matching_files(root, pattern)
        return
    except OSError:
        return
    assert sorted(matching_files(root, pattern)) == expected


def test_links_that_lead_out_are_refused_by_name(tmp_path: Path) -> None:
    root = tmp_path / "project"
    write(tmp_path, "secret/key.pem", "project/content/page.md", "project/a.pth")
    (root / "static/root").mkdir(parents=True)
    (root / "content/secret.pem").symlink_to(tmp_path / "secret/key.pem")
    (root / "static/root/all").symlink_to("../../../secret")
    (root / "content/chain").symlink_to(root / "content/secret.pem")
    # What stays inside, leads nowhere or round in a circle, or is weights, is no one's secret.
    (root / "content/copy.md").symlink_to("page.md")
    (root / "content/gone").symlink_to(tmp_path / "nothing")
    (root / "content/round").symlink_to("round")
    (root / "content/here").symlink_to(root)
    (root / "content/model.pth").symlink_to(tmp_path / "secret/key.pem")
    with pytest.raises(ManifestError) as caught:
        read(root, "site: {title: T}\nmodels: {a: a.pth}\n")
    remedy = "put a copy in its place, or allow it here: 'follow_links: true'"
    assert str(caught.value).splitlines() == [
        f"site.yaml:1:1: '{name}' is a link that leads out of the project: {remedy}"
        for name in ("content/chain", "content/secret.pem", "static/root/all")
    ]
    assert read(root, "site: {title: T, follow_links: true}\n").manifest.site.follow_links


def test_a_folder_that_is_a_link_is_named_once(tmp_path: Path) -> None:
    write(tmp_path, "notes/a.md", "notes/b.md")
    (tmp_path / "project").mkdir()
    (tmp_path / "project/content").symlink_to(tmp_path / "notes")
    with pytest.raises(ManifestError, match=r"^site\.yaml:1:1: 'content' is a link [^\n]*$"):
        read(tmp_path / "project", "site: {title: T}\n")


def test_a_project_behind_a_link_is_whole(tmp_path: Path) -> None:
    write(tmp_path, "real/content/page.md")
    (tmp_path / "real/content/other.md").symlink_to(tmp_path / "real/content/page.md")
    (tmp_path / "project").symlink_to("real")
    read(tmp_path / "project", "site: {title: T}\n")
