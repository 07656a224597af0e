"""All texts of a site, rendered: pages with their links and embedded comparisons, and snippets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from markupsafe import Markup

from generator.errors import ManifestError
from generator.manifest.names import composed
from generator.project.open import Project
from generator.site.text.links import Embed, Linked, SiteMap, link
from generator.site.text.markdown import Html, MarkdownRenderer
from generator.site.text.media_files import MediaFiles
from generator.site.text.pages import CONTENT, Page, read_pages
from generator.site.text.source import Source

_BACK = "fnref:"
"""What the way back from a footnote starts with."""


@dataclass(frozen=True)
class RenderedPage:
    """A page ready to be put into its template; ``text`` holds ``prose.ROOT`` for the root."""

    page: Page
    title: str
    text: str
    comparisons: tuple[str, ...]


class Content:
    """Reads and renders the texts of a site, and gathers what is wrong with them.

    ``problems`` are errors; warnings go to the project's. ``media`` knows the files that
    texts refer to, which go into the site with them.
    """

    def __init__(self, project: Project) -> None:
        self._file = project.file
        self._prose = MarkdownRenderer(project.plan.site.language)
        self._plan = project.plan
        self._planned = frozenset(comparison.id for comparison in project.plan.comparisons)
        pages, problems = read_pages(project.file)
        self.pages = [page for page in pages if project.drafts or not page.draft]
        self.problems = problems
        self._warnings = project.warnings
        self.media = MediaFiles()
        self.has_home = any(page.place == "" for page in self.pages)
        left_out = [page for page in pages if page not in self.pages]
        self._check_addresses()
        self._map = self._site_map(left_out)

    def snippet(self, location: tuple[str, ...], text: str) -> Markup:
        """Render Markdown from the manifest; its links start at the manifest's folder."""
        if not text:
            return Markup("")
        place = self._file.problem(location, "")
        source = Source(place.path, text, fixed=(place.line, place.column))
        html = self._prose.snippet(source)
        linked = link(html.text, source, "", self._map, self.media)
        self.problems += html.problems
        self._warnings.add(*linked.problems)
        return Markup(linked.text)  # noqa: S704 - rendered Markdown

    def render_pages(self, embed: Embed) -> list[RenderedPage]:
        """Render all pages. Raises ManifestError with all problems, of snippets too."""
        rendered = []
        linked: dict[str, Linked] = {}
        known = self._planned.union(self._plan.drafts)
        for page in self.pages:
            html = self._prose.page(page.source, known)
            self.problems += html.problems
            found = self._link(page, html, embed)
            linked[page.url] = found
            rendered.append(
                RenderedPage(page, _title(page, html), found.text, tuple(found.comparisons))
            )
        self._check_anchors(linked)
        if self.problems:
            raise ManifestError(self.problems)
        return rendered

    def _link(self, page: Page, html: Html, embed: Embed) -> Linked:
        def embed_planned(block: str, name: str, level: int, captioned: bool) -> str:
            if block == "downloads" and not self._may_download(name):
                message = "nothing to download here: give a model or a mix 'download: true'"
                self._warnings.add(page.source.problem(f"/// {block}", message))
                return ""
            if not name or name in self._planned:
                return embed(block, name, level, captioned)
            if name in self._plan.drafts:
                message = f"'{name}' is a draft, and this build leaves drafts out"
                self._warnings.add(page.source.problem(name, message))
            return ""

        text = html.text
        if not html.heading and page.title:
            text = f"<h1>{Markup.escape(page.title)}</h1>\n{text}"
        found = link(text, page.source, page.folder, self._map, self.media, embed_planned)
        found.comparisons = [name for name in found.comparisons if name in self._planned]
        self._warnings.add(*found.problems)
        return found

    def _may_download(self, name: str) -> bool:
        """Say whether a comparison, or any ('' or a draft), has weights to take home."""
        models = self._plan.models
        plans = [plan for plan in self._plan.comparisons if not name or plan.id == name]
        used = {m for plan in plans for m in (*plan.models, *plan.beside)} if name else models
        return (
            (bool(name) and not plans)
            or any(plan.exports for plan in plans)
            or any(models[model].download or models[model].published for model in used)
        )

    def _check_anchors(self, linked: dict[str, Linked]) -> None:
        """Warn of links to a place of a page that is not there."""
        for page in self.pages:
            for url, anchor, position in linked[page.url].anchors:
                ids = linked[page.url if url is None else url].ids
                if anchor in ids or anchor in ("", "top", "main"):
                    continue
                message = f"broken link: the page has no '#{anchor}'"
                if url is None and anchor.startswith(_BACK):
                    message = "nothing refers to this footnote"
                    position = page.source.find(f"[^{anchor.removeprefix(_BACK)}]:")
                self._warnings.add(page.source.problem_at(position, message))

    def _check_addresses(self) -> None:
        taken = {url.casefold(): name for url, name in self._comparison_urls()}
        for page in self.pages:
            if name := taken.get(page.place.casefold()):
                message = f"this page would have the address of the comparison '{name}': rename it"
                self.problems.append(page.source.at_line(0, 1, message))

    def _comparison_urls(self) -> Iterator[tuple[str, str]]:
        """Yield every address of a comparison, former ones too, and its id."""
        for comparison in self._plan.comparisons:
            for name in (comparison.id, *comparison.aliases):
                yield f"comparisons/{name}/", comparison.id

    def _site_map(self, left_out: Iterable[Page]) -> SiteMap:
        urls = {url for url, _ in self._comparison_urls()} | {"", "comparisons/", "feed.xml"}
        urls |= {page.url for page in self.pages}
        urls |= {model.published for model in self._plan.models.values()}
        drafts = {f"comparisons/{name}/" for name in self._plan.drafts}
        drafts |= {path for page in left_out for path in (composed(page.path), page.url)}
        pages = {composed(page.path): page.url for page in self.pages}
        return SiteMap(self._file.root, pages, frozenset(urls), frozenset(drafts), CONTENT)


def _title(page: Page, html: Html) -> str:
    """Return a page's title: as given, else its first heading, else its file's name."""
    if page.title or html.heading:
        return page.title or html.heading
    name = PurePosixPath(page.path).stem
    name = PurePosixPath(page.path).parent.name if name == "index" else name
    return composed(name).replace("-", " ").replace("_", " ").capitalize()
