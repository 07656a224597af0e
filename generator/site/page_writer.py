"""Pages through templates into the site: Markdown pages, galleries, comparisons, 404, feeds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from markupsafe import Markup

from generator import __version__
from generator.project.open import Project
from generator.site.data import data_json
from generator.site.output.assets import Asset
from generator.site.output.feeds import Entry, feed, robots, sitemap
from generator.site.output.templates import Templates
from generator.site.output.tree import OutputTree
from generator.site.tables import frames_csv, models_csv, table_pages
from generator.site.text.content import Content, RenderedPage
from generator.site.text.markdown import at_root
from generator.site.text.pages import INDEX
from generator.site.views import ComparisonView, ModelView


class PageWriter:
    """Renders pages into a tree; holds what all of them share."""

    def __init__(
        self,
        project: Project,
        content: Content,
        views: Sequence[ComparisonView],
        models: Mapping[str, ModelView],
        assets: Mapping[str, Asset],
        base_url: str,
    ) -> None:
        self._site = project.plan.site
        self._content = content
        self._views = views
        self._models = models
        self._by_id = {view.id: view for view in views}
        self._base_path = urlsplit(base_url).path or "/"
        # Without a host an address is good for 404.html alone.
        self._base_url = base_url if base_url.startswith("http") else ""
        self._templates = Templates(
            project.root, assets, site=self._site, generator_version=__version__
        )
        self._nav: list[tuple[str, str]] = []
        self._entries: list[Entry] = []
        self.pages = 0

    def prepare(self) -> list[RenderedPage]:
        """Render the Markdown pages, before anything is written. Raises ManifestError."""
        pages = self._content.render_pages(self._embed)
        self._nav = [
            (page.page.nav or page.title, page.page.url)
            for page in pages
            if page.page.place and page.page.nav is not None
        ]
        if self._needs_gallery():
            self._nav.append(("Comparisons", "comparisons/"))
        return pages

    def dry_run(self, tree: OutputTree, pages: Sequence[RenderedPage]) -> None:
        """Write as ``write`` does, of comparisons only the first of each kind, of it one input.

        The others go through the same templates: of them only their place is taken.
        """
        first = {(view.kind, view.control, view.apart): view for view in reversed(self._views)}
        self._write_all(tree, pages, {view.id: _sample(view) for view in first.values()})

    def write(self, tree: OutputTree, pages: Sequence[RenderedPage]) -> None:
        """Write all pages and what machines read."""
        self._write_all(tree, pages, self._by_id)

    def _write_all(
        self,
        tree: OutputTree,
        pages: Sequence[RenderedPage],
        comparisons: Mapping[str, ComparisonView],
    ) -> None:
        if not self._content.has_home:
            self._gallery(tree, "", self._site.title)
        for page in pages:
            self._page(tree, page)
        if self._needs_gallery():
            self._gallery(tree, "comparisons/", "Comparisons")
        for index, view in enumerate(self._views):
            if view.id in comparisons:
                self._comparison(tree, index, comparisons[view.id])
            else:
                for name in (view.data_url, *view.data.files):
                    tree.write(name, "")
        self._not_found(tree)
        for name, text in {
            "sitemap.xml": sitemap(self._entries, self._base_url),
            "feed.xml": feed(
                self._site, [e for e in self._entries if e.url], self._base_url, __version__
            ),
            "robots.txt": robots(self._base_url),
            ".nojekyll": "",
        }.items():
            if name not in tree:  # static/root/ may hold the author's own
                tree.write(name, text)

    def _needs_gallery(self) -> bool:
        """Say whether comparisons need an overview beside the author's home page."""
        places = {page.place for page in self._content.pages}
        return "" in places and "comparisons/" not in places and bool(self._views)

    def _embed(self, block: str, name: str, level: int, captioned: bool) -> str:
        if block == "downloads":
            return self._downloads(name)
        view = self._by_id[name]
        if captioned:
            view = replace(view, caption=Markup())
        return self._templates.viewer(view, level)

    def _downloads(self, name: str) -> str:
        """Return a table of the models, then the mixes, of a comparison or of all."""
        views = [self._by_id[name]] if name else self._views
        used = [model for view in views for model in (*view.models, *view.beside)]
        files = [file for model in (used if name else self._models.values())
                 for file in model.files()]  # fmt: skip
        files += [file for view in views for file in view.exports]
        once = {file.url: file for file in files}
        return self._templates.downloads(list(once.values()))

    def _page(self, tree: OutputTree, rendered: RenderedPage) -> None:
        page = rendered.page
        root = "../" * page.place.count("/")
        embedded = [self._by_id[name] for name in dict.fromkeys(rendered.comparisons)]
        social = next((view.social for view in [*embedded, *self._views] if view.social), "")
        self._write(
            tree, "page.html", page.place, page.url, rendered.title, page.description, social,
            date=page.date,
            content=at_root(Markup(rendered.text), root),  # noqa: S704 - rendered by Content
            comparisons=[view.at(root) for view in embedded],
            viewers=bool(embedded),
        )  # fmt: skip

    def _gallery(self, tree: OutputTree, url: str, title: str) -> None:
        root = "../" * url.count("/")
        social = next((view.social for view in self._views if view.social), "")
        views = [view.at(root) for view in self._views]
        self._write(tree, "gallery.html", url, url, title, "", social, comparisons=views)

    def _comparison(self, tree: OutputTree, index: int, view: ComparisonView) -> None:
        tree.write(view.data_url, data_json(view))
        for name, text in view.data.files.items():
            tree.write(name, text)
        around = [self._views[i] if 0 <= i < len(self._views) else None
                  for i in (index - 1, index + 1)]  # fmt: skip
        previous, following = ({"title": v.title, "url": v.url} if v else None for v in around)
        description = _plain(view.caption)
        self._write(
            tree, "comparison.html", view.url, view.url, view.title, description, view.social,
            viewers=True, comparison=view.at("../../"), previous=previous, next=following,
        )  # fmt: skip
        if view.apart:
            self._tables(tree, view)
        for url in view.moved_from:
            self._moved(tree, url, view)

    def _moved(self, tree: OutputTree, url: str, view: ComparisonView) -> None:
        """Write a page at a former address, which leads on."""
        self._render(
            tree, "moved.html", url, view.title, canonical=view.url, to=f"../../{view.url}"
        )

    def _tables(self, tree: OutputTree, view: ComparisonView) -> None:
        """Write what is too large for the page of a comparison."""
        tree.write(f"{view.url}frames.csv", frames_csv(view))
        if view.models:
            tree.write(f"{view.url}models.csv", models_csv(view))
        parts = list(table_pages(view))
        first = [part for part in parts if part.number == 1]
        url = f"{view.url}files/"
        self._render(tree, "files.html", url, f"{view.title}: files",
                     comparison=view.at("../../../"), parts=first)  # fmt: skip
        for part in parts:
            title = f"{view.title}: {part.title}"
            self._render(tree, "frames.html", part.url, title, comparison=view, part=part)

    def _not_found(self, tree: OutputTree) -> None:
        """Write 404.html, which is shown at any depth: its links start at the server's root."""
        root = self._base_path
        page = {"title": "Page not found", "description": "", "url": "404.html",
                "canonical": "", "image": ""}  # fmt: skip
        if "404.html" not in tree:
            nav = self._navigation(root, "404.html")
            text = self._templates.render("404.html", root, page=page, nav=nav, viewers=False)
            tree.write("404.html", text)

    def _write(
        self,
        tree: OutputTree,
        template: str,
        place: str,
        url: str,
        title: str,
        description: str,
        social: str,
        date: str = "",
        **context: Any,
    ) -> None:
        """Write a page that sitemap and feed know of."""
        self._render(tree, template, url, title, description, social, place, **context)
        self._entries.append(Entry(url, title, description, date))

    def _render(
        self,
        tree: OutputTree,
        template: str,
        url: str,
        title: str,
        description: str = "",
        social: str = "",
        place: str | None = None,
        canonical: str | None = None,
        **context: Any,
    ) -> None:
        place = url if place is None else place
        root = "../" * place.count("/")
        page = {
            "title": title,
            "description": description,
            "url": url,
            "canonical": self._base_url + (canonical or url) if self._base_url else "",
            "image": self._base_url + social if social else "",
        }
        context = {"viewers": False, "page": page, "nav": self._navigation(root, url), **context}
        tree.write(place + INDEX, self._templates.render(template, root, **context))
        self.pages += 1

    def _navigation(self, root: str, current: str) -> list[dict[str, Any]]:
        return [
            {"title": title, "url": root + url, "current": url == current}
            for title, url in self._nav
        ]


def _sample(view: ComparisonView) -> ComparisonView:
    """Return a comparison as it is with its first input alone."""
    each = len(view.frames) // max(1, len(view.inputs))
    return replace(view, inputs=view.inputs[:1], frames=view.frames[:each])


def _plain(markup: Markup) -> str:
    """Return a caption as one line of text, for descriptions."""
    text = " ".join(markup.striptags().split())
    return text if len(text) <= 200 else f"{text[:199].rsplit(' ', 1)[0]}…"
