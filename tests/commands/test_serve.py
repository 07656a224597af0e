"""The local server: the site under its path, nothing else, to nobody else."""

from __future__ import annotations

import http.client
import os
import socket
import struct
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from generator.commands import server as server_module
from generator.commands.server import make_server, prefix_of
from generator.errors import AlphagridError


@pytest.fixture
def output(tmp_path: Path) -> Path:
    site = tmp_path / "_site"
    (site / "page").mkdir(parents=True)
    (site / "index.html").write_text("home")
    (site / "404.html").write_text("lost")
    (site / "page" / "index.html").write_text("page")
    (site / "empty").mkdir()
    (site / "a.webp").write_bytes(b"picture")
    (site / "m.js").write_text("export {}")
    (tmp_path / "secret").write_text("secret")
    (site / "way-out").symlink_to(tmp_path / "secret")
    return site


@pytest.fixture(params=["/", "/some/prefix/", "/mod%C3%A8les%20(b)/"])
def server(request: pytest.FixtureRequest, output: Path) -> Iterator[tuple[int, str]]:
    with make_server(output, 0, request.param) as running:
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        yield running.server_port, request.param
        running.shutdown()
        thread.join()


def get(
    port: int, path: str, host: str | None = None, method: str = "GET"
) -> tuple[int, str, dict[str, str]]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request(method, path, headers={"Host": host} if host else {})
    answer = connection.getresponse()
    body = answer.read().decode()
    connection.close()
    headers = {name.title(): value for name, value in answer.getheaders()}
    return answer.status, body, headers


def test_pages_are_served_under_the_prefix(server: tuple[int, str]) -> None:
    port, prefix = server
    assert get(port, prefix)[:2] == (200, "home")
    assert get(port, f"{prefix}page/")[:2] == (200, "page")
    assert get(port, f"{prefix}a.webp")[2]["Content-Type"] == "image/webp"
    assert get(port, f"{prefix}m.js")[2]["Content-Type"] == "text/javascript"


def test_folders_without_a_page_and_unknown_names_show_the_404_page(
    server: tuple[int, str],
) -> None:
    port, prefix = server
    for path in ("empty/", "nothing", "page/nothing.html"):
        assert get(port, prefix + path)[:2] == (404, "lost")
    assert get(port, f"{prefix}nothing", method="HEAD")[:2] == (404, "")


def test_nothing_outside_the_output_is_reachable(server: tuple[int, str]) -> None:
    port, prefix = server
    for path in ("../secret", "%2e%2e/secret", "page/../../secret", "..%2fsecret", "way-out"):
        status, body, _ = get(port, prefix + path)
        assert status == 404
        assert "secret" not in body


def test_hidden_files_are_not_served_but_the_one_the_web_knows(
    server: tuple[int, str], output: Path
) -> None:
    for name in (".alphagrid", ".nojekyll", ".git/config", "page/.env", ".well-known/security.txt"):
        (output / name).parent.mkdir(exist_ok=True)
        (output / name).write_text("hidden")
    (output / "seen").symlink_to(".git/config")
    port, prefix = server
    for path in (".alphagrid", "%2Ealphagrid", "page/../.nojekyll", ".git/config", "seen",
                 "page/.env", "page//.env", "./.alphagrid"):  # fmt: skip
        assert get(port, prefix + path)[:2] == (404, "lost"), path
    assert get(port, f"{prefix}.well-known/security.txt")[:2] == (200, "hidden")


@pytest.mark.parametrize("path", ["%00", "a%00b.html", "x" * 5000, "page/%00/index.html", "pipe"])
def test_what_no_file_can_be_called_is_not_found(
    server: tuple[int, str], output: Path, capfd: pytest.CaptureFixture[str], path: str
) -> None:
    os.mkfifo(output / "pipe")
    port, prefix = server
    assert get(port, prefix + path)[:2] == (404, "lost")
    assert get(port, prefix)[:2] == (200, "home")
    assert capfd.readouterr() == ("", "")


def test_connections_that_say_nothing_are_few_and_end(
    output: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(server_module._Handler, "timeout", 1.0)
    monkeypatch.setattr(server_module, "CONNECTIONS", 4)
    before = threading.active_count()
    with make_server(output, 0) as running:
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        address = ("127.0.0.1", running.server_port)
        idle = [socket.create_connection(address, timeout=10) for _ in range(12)]
        idle[0].send(b"GET / HT")
        time.sleep(0.3)
        assert threading.active_count() <= before + 1 + 4
        assert get(running.server_port, "/")[:2] == (200, "home"), "it waits for its turn"
        assert [each.recv(100) for each in idle[:4]] == [b""] * 4, "they were closed"
        # Somebody who leaves before the answer is nobody's trouble.
        (output / "large").write_bytes(bytes(10**7))
        leaving = socket.create_connection(address, timeout=10)
        leaving.send(b"GET /large HTTP/1.0\r\nHost: localhost\r\n\r\n")
        leaving.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        leaving.close()
        assert get(running.server_port, "/")[:2] == (200, "home")
        running.shutdown()
        thread.join()
        for each in idle:
            each.close()
    assert capfd.readouterr() == ("", "")


def test_requests_for_other_hosts_are_refused(server: tuple[int, str]) -> None:
    port, prefix = server
    assert get(port, prefix, host="evil.example")[0] == 403
    assert get(port, prefix, host=f"evil.example:{port}")[0] == 403
    assert get(port, prefix, host=f"localhost:{port}")[0] == 200


def test_one_path_is_found_under_all_its_spellings(output: Path) -> None:
    (output / "100%25 (é).txt").write_text("found")
    with make_server(output, 0, prefix_of("https://x.org/modèles%20(b)")) as running:
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        for prefix in ("/mod%C3%A8les%20%28b%29/", "/mod%c3%a8les%20(b)/"):
            assert get(running.server_port, f"{prefix}?query")[:2] == (200, "home")
            assert get(running.server_port, f"{prefix}100%2525%20(%C3%A9).txt")[1] == "found"
        location = get(running.server_port, "/")[2]["Location"]
        assert get(running.server_port, location)[:2] == (200, "home")
        running.shutdown()
        thread.join()


def test_the_root_leads_to_the_prefix(output: Path) -> None:
    with make_server(output, 0, "/models/") as running:
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        status, _, headers = get(running.server_port, "/")
        assert (status, headers["Location"]) == (302, "/models/")
        assert get(running.server_port, "/elsewhere/")[0] == 404
        running.shutdown()
        thread.join()


def test_a_taken_port_is_said_clearly(output: Path) -> None:
    with (
        make_server(output, 0) as first,
        pytest.raises(AlphagridError, match="choose another with --port"),
    ):
        make_server(output, first.server_port)


@pytest.mark.parametrize(
    ("url", "prefix"),
    [
        ("", "/"),
        ("https://x.org", "/"),
        ("https://x.org/", "/"),
        ("https://x.org/models", "/models/"),
        ("https://x.org/a/b/", "/a/b/"),
        ("https://x.org/mod%c3%a8les", "/mod%C3%A8les/"),
        ("https://x.org/modèles", "/mod%C3%A8les/"),
    ],
)
def test_the_prefix_is_the_path_of_the_address(url: str, prefix: str) -> None:
    assert prefix_of(url) == prefix
