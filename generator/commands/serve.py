"""Build, then serve the site on this machine, where it would lie when deployed."""

from __future__ import annotations

import argparse

from generator.commands import build
from generator.commands.server import HOST, make_server, prefix_of
from generator.manifest import load


def run(options: argparse.Namespace) -> int:
    """Serve until interrupted; a build that fails is not served. Returns the exit status."""
    prefix = prefix_of(build.base_url(load(options.config), options.base_url))
    # A port that is taken is better known before a night of rendering than after.
    with make_server(options.output, options.port, prefix) as server:
        if status := build.run(options):
            return status
        address = f"http://{HOST}:{server.server_port}{prefix}"
        print(f"serving {address} (Ctrl-C stops)", flush=True)
        if options.open:
            import webbrowser

            webbrowser.open(address)
        server.serve_forever()
    return 0
