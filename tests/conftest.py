"""Fixtures that several test modules share."""

from viewer_browser import (
    chromium,
    new_page,
    open_viewer,
    playwright_session,
    serve,
    server,
    site_folder,
)

__all__ = [
    "chromium",
    "new_page",
    "open_viewer",
    "playwright_session",
    "serve",
    "server",
    "site_folder",
]
