"""Commands as people type them: where the manifest is, a port that is taken, what is said."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest
from support.build import Run, edit

from generator.commands import server as server_module

pytestmark = pytest.mark.slow


def test_a_folder_means_the_manifest_in_it(
    project: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    named = project.rename(project.with_name("z\u00fcrich"))
    monkeypatch.chdir(named.parent)
    for config in ("z\u00fcrich", "zu\u0308rich/", "zu\u0308rich/site.yaml"):
        status, out, err = run("check", "-c", config)
        assert (status, err) == (0, "")
        assert out.startswith("z\u00fcrich/site.yaml: 2 comparisons, ")
    (named / "empty").mkdir()
    status, _, err = run("check", "-c", str(named / "empty"))
    assert status == 2
    assert err.startswith(f"{named}/empty/site.yaml:1:1: no such file: write one, or give its path")


def test_a_taken_port_is_said_before_anything_is_built(project: Path, run: Run) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        status, out, err = run("serve", "--port", str(port))
    assert (status, out) == (1, "")
    assert err.startswith(f"port {port} cannot be used (")
    assert err.endswith("): choose another with --port\n")
    assert not (project / ".cache").exists()
    assert not (project / "_site").exists()


def test_serve_says_where_it_serves_and_no_command_to_serve(
    project: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server_module._Server, "serve_forever", lambda _: None)
    status, out, err = run("serve", "--port", "0")
    assert (status, err) == (0, "")
    built, size, serving = out.splitlines()
    assert built.startswith("4 frames rendered")
    assert size.startswith("_site: ")
    assert serving.startswith("serving http://127.0.0.1:")

    # And what is otherwise since, when something is.
    assert "since" not in run("build")[1]
    edit("alphas: [0, 0.5, 1]", "alphas: [0, 1]")
    edit("  list:", "  pair:")
    lines = run("build")[1].splitlines()
    assert lines[2].startswith(
        "since the last build: comparisons: pair new, mix changed, list gone"
    )
    assert "; frames: 1 dropped; " in lines[2]
    assert lines[3].startswith("no longer there: comparisons/list/ (")
    edit("  pair: {", "  pair: {aliases: [list], ")
    assert "no longer there" not in run("build")[1]
