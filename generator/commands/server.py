"""A local server for the built site: loopback only, nothing but the output folder."""

from __future__ import annotations

import http.server
import socket
import sys
import threading
from collections.abc import Callable
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from generator.errors import AlphagridError
from generator.manifest.tables.formats import FORMATS

HOST = "127.0.0.1"

IDLE_SECONDS = 15.0
"""How long a connection may say and take nothing; browsers open some that they never use."""

CONNECTIONS = 32
"""How many are answered at a time, a thread each; further ones wait."""

_WELL_KNOWN = ".well-known"
"""The one hidden name that the web gives a meaning."""


def make_server(output: Path, port: int, prefix: str = "/") -> http.server.ThreadingHTTPServer:
    """Return a server of ``output`` under ``prefix``; call ``serve_forever`` on it.

    ``prefix`` is a percent-encoded path that ends with a slash. Raises AlphagridError where the
    port is taken.
    """
    handler = partial(_Handler, output=output.resolve(), prefix=prefix)
    try:
        return _Server((HOST, port), handler)
    except OSError as error:
        message = f"port {port} cannot be used ({error.strerror}): choose another with --port"
        raise AlphagridError(message) from error


def prefix_of(url: str) -> str:
    """Return the path at which a deployed site lies: ``/models/`` of https://x.org/models/.

    It is percent-encoded, as browsers ask for it.
    """
    path = quote(unquote(urlsplit(url).path))
    return path if path.endswith("/") else f"{path}/"


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    # The port must be free at once for the next run, except on Windows, where the option
    # would let two servers share it.
    allow_reuse_address = not hasattr(socket, "SO_EXCLUSIVEADDRUSE")
    request_queue_size = 64

    def __init__(self, address: tuple[str, int], handler: Callable[..., _Handler]) -> None:
        self._free = threading.BoundedSemaphore(CONNECTIONS)
        super().__init__(address, handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Start a thread as soon as there are few enough."""
        self._free.acquire()
        super().process_request(request, client_address)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Answer, and make room for the next."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._free.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing where the other side went away."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


class _Handler(http.server.SimpleHTTPRequestHandler):
    """Serves files; answers under the prefix only, and only to requests meant for this host."""

    extensions_map = {  # noqa: RUF012 - overrides the base class's attribute
        **http.server.SimpleHTTPRequestHandler.extensions_map,
        ".js": "text/javascript",
        **{f".{entry.suffix}": entry.mime for entry in FORMATS.values()},
        ".xml": "application/xml",
        ".safetensors": "application/octet-stream",
    }

    timeout = IDLE_SECONDS

    def __init__(self, *args: object, output: Path, prefix: str) -> None:
        self._output = output
        self._prefix = prefix
        super().__init__(*args, directory=str(output))  # type: ignore[arg-type]

    def do_GET(self) -> None:
        """Serve a file, or say why not."""
        if self._may_answer():
            super().do_GET()

    def do_HEAD(self) -> None:
        """Serve a file's headers, or say why not."""
        if self._may_answer():
            super().do_HEAD()

    def translate_path(self, path: str) -> str:
        """Map an address to a file within the output: nothing hidden, no link that leads out."""
        inner = _decoded(path).removeprefix(unquote(self._prefix).rstrip("/"))
        file = Path(super().translate_path(quote(inner)))
        return str(file if self._is_public(file) else self._output / "404")

    def _is_public(self, file: Path) -> bool:
        try:
            parts = file.resolve().relative_to(self._output).parts
            hidden = any(part.startswith(".") and part != _WELL_KNOWN for part in parts)
            return not hidden and (file.is_file() or file.is_dir())
        except (OSError, ValueError):  # it leads out, or no disk could hold it
            return False

    def list_directory(self, path: str) -> None:  # type: ignore[override]
        """Never list: a folder without a page does not exist, as on GitHub Pages."""
        del path
        self.send_error(HTTPStatus.NOT_FOUND)

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Send the site's own page where nothing was found."""
        page = self._output / "404.html"
        if code != HTTPStatus.NOT_FOUND or not page.is_file():
            super().send_error(code, message, explain)
            return
        body = page.read_bytes()
        self.send_response(code)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def end_headers(self) -> None:
        """Let the browser keep files but ask whether they changed."""
        self.send_header("Cache-Control", "no-cache")
        super().end_headers()

    def log_message(self, *_: object) -> None:
        """Keep the terminal quiet."""

    def _may_answer(self) -> bool:
        # Another site's page can make a browser send requests here under that site's name.
        host = self.headers.get("Host", "").rpartition(":")[0] or self.headers.get("Host", "")
        if host not in (HOST, "localhost"):
            self.send_error(HTTPStatus.FORBIDDEN, "This server answers to localhost only")
            return False
        path = _decoded(self.path)
        if path == "/" and self._prefix != "/":
            self.send_response(HTTPStatus.FOUND)
            self.send_header("Location", self._prefix)
            self.end_headers()
            return False
        if not path.startswith(unquote(self._prefix)):
            self.send_error(HTTPStatus.NOT_FOUND)
            return False
        return True


def _decoded(address: str) -> str:
    """Return the path that an address means: one path has many percent-encoded spellings."""
    return unquote(urlsplit(address).path)
