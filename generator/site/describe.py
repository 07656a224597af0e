"""From plan, manifest and store to views: look everything up that a page will say."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import PurePosixPath

from markupsafe import Markup

from generator.manifest import Manifest
from generator.plan import ComparisonPlan, Network, Plan, Shown
from generator.plan.info import FileInfo
from generator.plan.kinship import Pair
from generator.site.figures.charts import (
    NoiseLevel,
    Points,
    alpha_charts,
    noise_charts,
    similarity_chart,
)
from generator.site.views import ComparisonView, FrameView, InputView, KinshipView, ModelView
from generator.store import Store

RenderText = Callable[[tuple[str, ...], str], Markup]
"""Renders Markdown that stands at a location of the manifest."""


def model_views(manifest: Manifest, info: FileInfo, text: RenderText) -> dict[str, ModelView]:
    """Return every model of the manifest by id, but those that nobody uses or can read."""
    views = {}
    for name, model in manifest.models.items():
        if name not in info.models:
            continue
        file, network = info.files[model.path], info.models[name]
        suffix = PurePosixPath(model.path).suffix
        views[name] = ModelView(
            id=name,
            title=model.title,
            description=text(("models", name, "description"), model.description),
            author=model.author,
            license=model.license,
            homepage=model.homepage,
            download=f"models/{name}{suffix}" if model.download else "",
            sha256=file.sha256,
            bytes=file.bytes,
            architecture=network.architecture_name,
            scale=network.scale,
            parameters=network.parameters,
        )
    return views


def comparison_views(
    manifest: Manifest,
    plan: Plan,
    models: Mapping[str, ModelView],
    store: Store,
    failures: Mapping[str, str],
    text: RenderText,
    *,
    all_rendered: bool = False,
) -> tuple[ComparisonView, ...]:
    """Return every planned comparison, in order. ``failures`` maps frame keys to reasons.

    With ``all_rendered`` frames that the store lacks are shown as if it had them.
    """
    builder = _Builder(manifest, models, store, failures, text, all_rendered=all_rendered)
    return tuple(builder.comparison(comparison) for comparison in plan.comparisons)


class _Builder:
    def __init__(
        self,
        manifest: Manifest,
        models: Mapping[str, ModelView],
        store: Store,
        failures: Mapping[str, str],
        text: RenderText,
        *,
        all_rendered: bool,
    ) -> None:
        self._manifest = manifest
        self._models = models
        self._store = store
        self._failures = failures
        self._text = text
        self._all_rendered = all_rendered
        self._files: dict[str, FrameView] = {}

    def comparison(self, plan: ComparisonPlan) -> ComparisonView:
        written = plan.comparison
        frames = tuple(self._frame(shown, plan) for shown in plan.shown)
        inputs = tuple(self._input(name) for name in plan.inputs)
        alphas = {shown.alpha for shown in plan.shown if shown.alpha is not None}
        of_groups = (alpha for shown in plan.shown for alpha in (shown.groups or {}).values())
        left = frames[plan.left]
        mix = written.interpolate
        return ComparisonView(
            id=plan.id,
            title=written.title,
            caption=self._text(("comparisons", plan.id, "caption"), written.caption),
            url=f"comparisons/{plan.id}/",
            data_url=f"comparisons/{plan.id}/data.json",
            kind=plan.kind,
            control=plan.control,
            width=max(left["width"], frames[plan.right]["width"]),
            height=max(left["height"], frames[plan.right]["height"]),
            inputs=inputs,
            models=tuple(self._models[name] for name in plan.models),
            beside=tuple(self._models[name] for name in plan.beside),
            frames=frames,
            left=left,
            right=frames[plan.right],
            start=(plan.left, plan.right),
            steps=mix.steps if mix and mix.has_steps else None,
            metrics=any("psnr" in frame or "ssim" in frame for frame in frames),
            charts=tuple(filter(None, _charts(self._manifest, plan, frames, inputs))),
            alphas=tuple(sorted(alphas.union(of_groups))),
            draft=written.draft,
        )

    def _input(self, name: str) -> InputView:
        written = self._manifest.inputs[name]
        return InputView(name, written.title, written.credit, written.license, written.source)

    def _frame(self, shown: Shown, plan: ComparisonPlan) -> FrameView:
        view: FrameView = {}
        mixed, fixes = set(plan.models), plan.comparison.color_fix
        if shown.input:
            view["input"] = shown.input
        view["recipe"] = shown.recipe
        if shown.weights is not None:
            zeros = dict.fromkeys(plan.models, 0.0) if shown.weights.keys() <= mixed else {}
            view["weights"] = zeros | shown.weights
        if shown.alpha is not None:
            view["alpha"] = shown.alpha
        if shown.groups is not None:
            view["groups"] = shown.groups
        if len(fixes) > 1 and isinstance(shown.frame.picture.recipe, Network):
            view["color_fix"] = shown.frame.picture.recipe.color_fix
        view["label"] = shown.label
        view |= self._file(shown)
        view |= self._scores(shown, plan)
        if shown.input:
            view["input_title"] = self._manifest.inputs[shown.input].title
        view["key"] = shown.frame.key
        view["series"] = shown.series
        return view

    def _file(self, shown: Shown) -> FrameView:
        """Return what a frame's file adds; several comparisons may show it."""
        frame = shown.frame
        if (known := self._files.get(frame.key)) is not None:
            return known
        record = self._store.record(frame)
        size = {"width": frame.picture.width, "height": frame.picture.height}
        if record is None and self._all_rendered:
            view: FrameView = {"url": f"frames/{frame.name}", **size, "bytes": 0}
        elif record is None:
            reason = self._failures.get(frame.key, "it has not been rendered")
            view = {"missing": reason, **size}
        else:
            view = {"url": f"frames/{frame.name}", **size, "bytes": record.bytes}
            if record.precision:
                view["precision"] = record.precision
            if record.color_shift:
                view["color_shift"] = list(record.color_shift)
        self._files[frame.key] = view
        return view

    def _scores(self, shown: Shown, plan: ComparisonPlan) -> FrameView:
        measured = self._store.measured(shown.measurement) if shown.measurement else None
        if measured is None:
            return {}
        values = {"psnr": measured.psnr, "ssim": measured.ssim}
        asked = plan.comparison.metrics
        return {name: values[name] for name in asked if values[name] is not None}


def kinship_views(
    comparison: ComparisonPlan, pairs: Sequence[Pair], manifest: Manifest
) -> tuple[KinshipView, ...]:
    """Return what a comparison shows about its models' kinship: nothing unless it is asked to."""
    mix = comparison.comparison.interpolate
    if mix is None or not mix.kinship:
        return ()
    return tuple(
        KinshipView(
            manifest.models[pair.first].title,
            manifest.models[pair.second].title,
            pair,
            similarity_chart(f"{comparison.id}-{number}", pair.layers),
        )
        for number, pair in enumerate(pairs, start=1)
    )


def _charts(
    manifest: Manifest,
    plan: ComparisonPlan,
    frames: Sequence[FrameView],
    inputs: Sequence[InputView],
) -> Iterable[Markup]:
    """Yield a figure over noise levels where the inputs differ in them, and one for each input."""
    if plan.kind != "interpolate" or plan.control not in ("slider", "path"):
        return
    measured = {picture.id: _measured(plan, frames, picture.id) for picture in inputs}
    levels = _noise_levels(manifest, plan, frames, measured)
    stops = [manifest.models[name].title for name in plan.models] if plan.control == "path" else []
    yield noise_charts(plan.id, levels)
    for picture in inputs:
        yield alpha_charts(picture.id, picture.title, measured[picture.id], stops)


def _measured(
    plan: ComparisonPlan, frames: Sequence[FrameView], input_id: str
) -> dict[str, dict[str, Points]]:
    """Return (alpha, value) points by metric and series: mix, other colour fixes, blend."""
    own = [frame for frame in frames if frame["input"] == input_id and "alpha" in frame]
    return {
        metric: {
            series: tuple(
                (frame["alpha"], frame[metric])
                for frame in own
                if frame["series"] == series and metric in frame
            )
            for series in ("mix", *plan.comparison.color_fix[1:], "blend")
        }
        for metric in plan.comparison.metrics
    }


def _noise_levels(
    manifest: Manifest,
    plan: ComparisonPlan,
    frames: Sequence[FrameView],
    measured: Mapping[str, Mapping[str, Mapping[str, Points]]],
) -> list[NoiseLevel]:
    """Return the results by noise level, where inputs are one picture under several of them."""
    pictures = [manifest.inputs[name] for name in plan.inputs]
    sigmas = [picture.noise.sigma if picture.noise else 0.0 for picture in pictures]
    one = len({(picture.path, picture.crop, picture.downscale) for picture in pictures}) == 1
    if not one or len(set(sigmas)) != len(sigmas) or "psnr" not in plan.comparison.metrics:
        return []
    return [
        NoiseLevel(sigma, mix, _controls(manifest, plan, frames, name))
        for sigma, name in zip(sigmas, plan.inputs, strict=True)
        if (mix := measured[name]["psnr"]["mix"])
    ]


def _controls(
    manifest: Manifest, plan: ComparisonPlan, frames: Sequence[FrameView], input_id: str
) -> dict[str, float]:
    """Return the PSNR of the models shown beside the mix, by title."""
    return {
        manifest.models[name].title: frame["psnr"]
        for frame in frames
        if frame["input"] == input_id and "psnr" in frame
        for name in plan.beside
        if frame.get("weights") == {name: 1.0}
    }
