"""Jinja templates: one environment for a site, errors shown with the template's line."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateError
from jinja2.exceptions import TemplateNotFound, TemplateSyntaxError
from markupsafe import Markup

from generator.errors import ManifestError, Problem
from generator.manifest.names import as_on_disk, composed
from generator.manifest.words import did_you_mean
from generator.site.output.assets import Asset
from generator.site.output.resources import folders
from generator.site.text.markdown import ROOT


class Templates:
    """Renders templates; the author's override the shipped ones by name."""

    def __init__(self, root: Path, assets: Mapping[str, Asset], **shared: Any) -> None:
        self._folders = folders("templates", root)
        self._assets = assets
        self._environment = Environment(
            loader=_Loader([str(folder) for folder in self._folders]),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
            auto_reload=False,
        )
        self._environment.globals.update(shared)
        self._environment.filters.update(FILTERS)

    def render(self, name: str, root: str, **context: Any) -> str:
        """Render a page whose way to the site's root is ``root``. Raises ManifestError.

        Templates see ``asset(name)``, the address of a static file, and all their names in
        ``assets``.
        """

        def asset(name: str) -> str:
            name = composed(name)
            if name not in self._assets:
                raise _AssetError(f"no static file is called '{name}'{did_you_mean(name, known)}")
            return f"{root}{self._assets[name].name}"

        known = list(self._assets)
        try:
            template = self._environment.get_template(name)
            return template.render(root=root, asset=asset, assets=known, **context)
        except (TemplateError, _AssetError, TypeError, ValueError, ArithmeticError) as error:
            raise ManifestError([self._problem(name, error)]) from error

    def viewer(self, comparison: Any, heading_level: int) -> Markup:
        """Render the viewer of a comparison that is embedded in a page, at any depth."""
        return self._macro("viewer.html", "viewer", comparison, ROOT, heading_level=heading_level)

    def downloads(self, files: Sequence[Any]) -> Markup:
        """Render a table of files to download that stands in a page, at any depth."""
        return self._macro("sections.html", "downloads", files, ROOT)

    def _macro(self, template: str, macro: str, *arguments: Any, **named: Any) -> Markup:
        try:
            module = self._environment.get_template(template).module
            rendered: Markup = getattr(module, macro)(*arguments, **named)
        except (TemplateError, TypeError, ValueError, ArithmeticError) as error:
            raise ManifestError([self._problem(template, error)]) from error
        return rendered

    def _problem(self, name: str, error: Exception) -> Problem:
        """Place an error in the innermost template it passed through."""
        path, line = self._folders[-1] / name, 1
        for frame in traceback.extract_tb(error.__traceback__):
            if any(Path(frame.filename).is_relative_to(folder) for folder in self._folders):
                path, line = Path(frame.filename), frame.lineno or 1
        if isinstance(error, TemplateSyntaxError):
            path, line = Path(error.filename or path), error.lineno
        if isinstance(error, TemplateNotFound):
            return Problem(path, line, 1, f"no such template: '{error.name}'")
        return Problem(path, line, 1, f"template: {error}")


def _below(address: str, root: str) -> str:
    """Return an address of the site as seen from a page; one elsewhere as it is."""
    return address if "://" in address else f"{root}{address}"


class _Loader(FileSystemLoader):
    """Finds templates whose names the disk holds in another form of Unicode, too."""

    def get_source(
        self, environment: Environment, template: str
    ) -> tuple[str, str, Callable[[], bool]]:
        names = [as_on_disk(Path(folder), template) for folder in self.searchpath]
        held = next((name for name in names if name != template), template)
        return super().get_source(environment, held)


class _AssetError(Exception):
    """A template asks for a static file that does not exist."""


FILTERS = {"below": _below}
"""What templates have beside Jinja's own filters."""
