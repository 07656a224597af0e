"""From plan, store, templates and texts to the output folder: the site on one screen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from generator.manifest import ManifestFile
from generator.plan import Plan
from generator.plan.kinship import Pair
from generator.project.open import Project
from generator.render.exports import Export
from generator.site.data import viewer_data
from generator.site.describe import comparison_views, kinship_views, model_views
from generator.site.downloads import mixed_downloads
from generator.site.figures.animations import make_animations
from generator.site.figures.cards import make_cards
from generator.site.figures.region_masks import make_regions
from generator.site.output.assets import Asset, build_assets, verbatim_files
from generator.site.output.changes import Changes, changes
from generator.site.output.feeds import build_date
from generator.site.output.marker import last_site
from generator.site.output.resources import folders, static_files
from generator.site.output.staging import check_output, staged
from generator.site.output.tree import OutputTree
from generator.site.page_writer import PageWriter
from generator.site.text.content import Content
from generator.site.text.pages import CONTENT
from generator.site.views import ComparisonView
from generator.store import Store


@dataclass(frozen=True)
class SiteReport:
    """What was written: pages, all files and their bytes; ``changes`` since the site before."""

    pages: int
    bytes: int
    files: int
    changes: Changes


def write_site(
    project: Project,
    output: Path,
    *,
    base_url: str,
    failures: Mapping[str, str],
    exports: Sequence[Export] = (),
    kinship: Mapping[str, Sequence[Pair]] | None = None,
) -> SiteReport:
    """Write the site to ``output``, whole or not at all.

    ``base_url`` is the address it will have, with a slash at its end, or ''; ``failures`` maps
    the keys of frames that could not be rendered to reasons; ``exports`` are mixed weights that
    were made to be published, ``kinship`` what is known about the models of a comparison.
    Raises ManifestError where a page, template or static file is wrong, OutputError where
    ``output`` is not ours or the disk refuses.
    """
    plan, store = project.plan, project.store
    check_site_output(project.file, store, output)
    content = Content(project)
    models = model_views(plan, content.snippet)
    views = comparison_views(plan, models, store, failures, content.snippet)
    cards = make_cards(plan, store, social=base_url.startswith("http"))
    regions = make_regions(project)
    animations = {
        comparison.id: make_animations(plan, comparison, store) for comparison in plan.comparisons
    }
    views = tuple(
        _with_data(
            view,
            thumbnail=cards[view.id].thumbnail,
            social=cards[view.id].social,
            regions=regions[view.id].views if view.id in regions else (),
            exports=mixed_downloads(planned, exports),
            animations=animations[view.id].views,
            kinship=kinship_views(planned, (kinship or {}).get(view.id, ()), plan),
        )
        for view, planned in zip(views, plan.comparisons, strict=True)
    )
    static = static_files(project.root)
    assets = build_assets(static)
    writer = PageWriter(project, content, views, models, assets, base_url)
    pages = writer.prepare()
    last = last_site(output)
    with staged(output) as tree:
        _place_static(tree, static, assets)
        _place_frames(tree, plan, store)
        made = [m.files for kind in (cards, regions, animations) for m in kind.values()]
        for name, path in {name: path for files in made for name, path in files.items()}.items():
            tree.link(name, path, path.stat().st_size)
        _place_files(tree, plan, content, exports)
        writer.write(tree, pages)
    return SiteReport(
        pages=writer.pages,
        bytes=sum(tree.sizes.values()),
        files=len(tree.sizes),
        changes=changes(last, tree.written),
    )


def check_site_output(file: ManifestFile, store: Store, output: Path) -> None:
    """Raise OutputError where the site must not be written to ``output``; see ``check_output``.

    A date that the environment asks for is checked too: all that can be said before rendering.
    """
    build_date()
    sources = [file.root / CONTENT, store.folder]
    sources += [folder for kind in ("static", "templates") for folder in folders(kind, file.root)]
    check_output(output, sources, file.root)


def check_site(project: Project) -> None:
    """Try out the site, as it will be when all frames are rendered: no output is written.

    Warnings go to the project's. Raises ManifestError where a text, mask, template or static
    file is wrong, OutputError where two files of the site would have one name.
    """
    plan = project.plan
    make_regions(project)
    content = Content(project)
    models = model_views(plan, content.snippet)
    views = comparison_views(plan, models, project.store, {}, content.snippet, all_rendered=True)
    static = static_files(project.root)
    assets = build_assets(static)
    writer = PageWriter(project, content, views, models, assets, base_url="")
    pages = writer.prepare()
    tree = OutputTree(None)
    _place_static(tree, static, assets)
    _place_files(tree, plan, content, exports=())
    writer.dry_run(tree, pages)


def _place_static(
    tree: OutputTree, static: Mapping[str, Path], assets: Mapping[str, Asset]
) -> None:
    """Place static files: some under their own names, others under hashed ones, each once."""
    for name, path in verbatim_files(static).items():
        tree.copy(name, path)
    for asset in {asset.name: asset for asset in assets.values()}.values():
        tree.write(asset.name, asset.data)


def _with_data(view: ComparisonView, **found: Any) -> ComparisonView:
    """Complete a view, last with the data that the viewer reads."""
    complete = replace(view, **found)
    return replace(complete, data=viewer_data(complete))


def _place_frames(tree: OutputTree, plan: Plan, store: Store) -> None:
    """Link every frame that exists, once."""
    for frame in plan.frames.values():
        if record := store.record(frame):
            tree.link(f"frames/{frame.name}", store.path(frame), record.bytes, record.sha256)


def _place_files(tree: OutputTree, plan: Plan, content: Content, exports: Sequence[Export]) -> None:
    """Place files that texts refer to, and weights to download."""
    for name, path in content.media.files.items():
        if name not in tree:
            tree.copy(name, path)
    for model in plan.models.values():
        if model.published:
            tree.copy(model.published, model.file.path)
    for export in exports:
        if export.url not in tree:
            tree.copy(export.url, export.path)
