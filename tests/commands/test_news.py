"""What a build says of the last one: a line or two where something changed, else nothing."""

from __future__ import annotations

from generator.commands.news import news
from generator.site.output.changes import changes
from generator.site.output.marker import Written


def site(**files: str) -> dict[str, Written]:
    """Return a site's files by name; ``_`` stands for the home page, digests are any text."""
    names = {
        "home": "index.html", "page": "notes/index.html", "lost": "404.html", "old": "a/index.html",
        "frame": "frames/1.webp", "other": "_frames/2.webp", "style": "assets/x.css",
    }  # fmt: skip
    found = {}
    for name, digest in files.items():
        if name in names:
            found[names[name]] = Written(1, digest)
        else:
            for part in ("index.html", "data.json", "files/index.html"):
                found[f"comparisons/{name}/{part}"] = Written(1, digest)
    return found


def said(last: dict[str, Written], new: dict[str, Written]) -> list[str]:
    return list(news(changes(last, new)))


def test_a_first_build_and_one_that_changes_nothing_are_silent() -> None:
    some = site(home="1", mix="1", frame="1", style="1")
    assert said({}, some) == []
    assert said(some, some) == []
    assert said(some, {**some, **site(style="2", lost="2")}) == []


def test_what_changed_is_said_in_a_line() -> None:
    last = site(home="1", page="1", mix="1", list="1", gone="1", frame="1")
    new = site(home="2", page="1", mix="2", list="1", fresh="1", other="1")
    first, second = said(last, new)
    assert first == (
        "since the last build: comparisons: fresh new, mix changed, gone gone; "
        "frames: 1 added, 1 dropped; pages: 1 changed"
    )
    remedy = "(a comparison's former id leads on if it is listed in 'aliases')"
    assert second == f"no longer there: comparisons/gone/ {remedy}"


def test_addresses_that_lead_nowhere_now_are_named() -> None:
    last = site(home="1", page="1", old="1")
    assert said(last, site(home="1")) == [
        "since the last build: pages: 2 gone",
        "no longer there: a/, notes/",
    ]
    assert said(last, site(page="1", old="1"))[1] == "no longer there: the home page"
    many = site(**{f"c{number}": "1" for number in range(5)})
    assert said(many, site(home="1"))[1].startswith(
        "no longer there: comparisons/c0/, comparisons/c1/, comparisons/c2/ and 2 more ("
    )


def test_a_former_address_that_leads_on_is_not_lost() -> None:
    last, new = site(old="1", first="1"), site(old="1", second="1")
    for part in ("index.html", "files/index.html"):
        new[f"comparisons/first/{part}"] = Written(1, "2")
    assert said(last, new) == ["since the last build: comparisons: second new, first gone"]
