"""From plan and store to views: look everything up that a page will say."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from markupsafe import Markup

from generator.manifest.names import composed
from generator.manifest.tables.measures import MEASURES
from generator.plan import ComparisonPlan, Plan, PlannedFrame
from generator.plan.comparisons import PlannedModel
from generator.plan.kinship import Pair
from generator.site.figures.charts import (
    NoiseLevel,
    Points,
    alpha_charts,
    noise_charts,
    similarity_chart,
)
from generator.site.views import (
    ChartView,
    ComparisonView,
    FrameView,
    InputView,
    KinshipView,
    ModelView,
    ViewerData,
)
from generator.store import Store

MOST_ROWS = 250
"""Rows of tables on a comparison's own page; more would take longer to load than its pictures."""

_NOTHING: Mapping[str, float] = {}

RenderText = Callable[[tuple[str, ...], str], Markup]
"""Renders Markdown that stands at a location of the manifest."""

Measured = Mapping[str, Mapping[str, Points]]
"""Points over alpha by measure and name of a curve."""


def model_views(plan: Plan, text: RenderText) -> dict[str, ModelView]:
    """Return every model of the manifest by id."""
    return {name: _model(model, text) for name, model in plan.models.items()}


def _model(model: PlannedModel, text: RenderText) -> ModelView:
    return ModelView(
        id=model.id,
        title=model.title,
        description=text(("models", model.id, "description"), model.description),
        author=model.author,
        license=model.license,
        homepage=model.homepage,
        download=model.download or model.published,
        file_name=composed(model.file.path.name) if model.published else "",
        sha256=model.file.sha256,
        bytes=model.file.bytes,
        architecture=model.info.architecture_name,
        scale=model.info.scale,
        parameters=model.info.parameters,
    )


def comparison_views(
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
    builder = _Builder(plan, models, store, failures, text, all_rendered=all_rendered)
    return tuple(builder.comparison(comparison) for comparison in plan.comparisons)


class _Builder:
    def __init__(
        self,
        plan: Plan,
        models: Mapping[str, ModelView],
        store: Store,
        failures: Mapping[str, str],
        text: RenderText,
        *,
        all_rendered: bool,
    ) -> None:
        self._plan = plan
        self._models = models
        self._store = store
        self._failures = failures
        self._text = text
        self._all_rendered = all_rendered

    def comparison(self, plan: ComparisonPlan) -> ComparisonView:
        frames = tuple(self._frame(index, shown) for index, shown in enumerate(plan.frames))
        inputs = tuple(self._input(name) for name in plan.inputs)
        left, right = (frames[plan.index(choice)] for choice in plan.start.panes)
        measured = {id_ for frame in frames for id_ in frame.measured}
        return ComparisonView(
            id=plan.id,
            title=plan.title,
            caption=self._text(("comparisons", plan.id, "caption"), plan.caption),
            url=f"comparisons/{plan.id}/",
            data_url=f"comparisons/{plan.id}/data.json",
            kind=plan.kind,
            control=plan.control,
            layout=plan.layout,
            sequence=plan.sequence,
            width=max(left.width, right.width),
            height=max(left.height, right.height),
            inputs=inputs,
            models=tuple(self._models[name] for name in plan.models),
            beside=tuple(self._models[name] for name in plan.beside),
            choices=plan.choices,
            axes=plan.axes,
            positions=plan.positions,
            frames=frames,
            left=left,
            right=right,
            start=plan.start,
            steps=plan.steps,
            measures=tuple(MEASURES[id_] for id_ in plan.measures if id_ in measured),
            charts=tuple(_charts(self._plan, plan, frames)),
            alphas=_alphas(plan),
            draft=plan.draft,
            apart=len(frames) + len(plan.models) + len(inputs) > MOST_ROWS,
            data=_addresses(plan),
            moved_from=tuple(f"comparisons/{alias}/" for alias in plan.aliases),
        )

    def _input(self, name: str) -> InputView:
        planned = self._plan.inputs[name]
        return InputView(name, planned.title, planned.credit, planned.license, planned.source)

    def _frame(self, index: int, shown: PlannedFrame) -> FrameView:
        frame, picture = shown.frame, shown.frame.picture
        record = None if shown.missing else self._store.record(frame)
        there = not shown.missing and (record is not None or self._all_rendered)
        reason = shown.missing or self._failures.get(frame.key, "it has not been rendered")
        return FrameView(
            index=index,
            recipe=shown.recipe,
            label=shown.label,
            at=shown.at,
            width=picture.width,
            height=picture.height,
            input=shown.input,
            input_title=self._plan.inputs[shown.input].title if shown.input else "",
            weights=shown.weights,
            alpha=shown.alpha,
            groups=shown.groups,
            color_fix=shown.color_fix,
            url=f"frames/{frame.name}" if there else "",
            missing="" if there else reason,
            bytes=record.bytes if record else 0,
            precision=record.precision if record else "",
            color_shift=tuple(record.color_shift or ()) if record else (),
            tiles=tuple(record.tiles or ()) if record else (),
            measured=self._store.measured(shown.measurement) if shown.measurement else _NOTHING,
        )


def _alphas(plan: ComparisonPlan) -> tuple[float, ...]:
    """Return where sliders have ticks: their alphas, or a sequence's indices; rising."""
    if plan.layout == "line":
        return tuple(sorted({p.value for p in plan.positions if p.value is not None}))
    if plan.layout == "sliders":
        return tuple(sorted({alpha for position in plan.positions for alpha in position.weights}))
    return ()


def kinship_views(
    comparison: ComparisonPlan, pairs: Sequence[Pair], plan: Plan
) -> tuple[KinshipView, ...]:
    """Return what a comparison shows about its models' kinship: nothing unless it is asked to."""
    return tuple(
        KinshipView(
            plan.models[pair.first].title,
            plan.models[pair.second].title,
            pair,
            similarity_chart(f"{comparison.id}-{number}", pair.layers),
        )
        for number, pair in enumerate(pairs if comparison.kinship else (), start=1)
    )


def _addresses(plan: ComparisonPlan) -> ViewerData:
    """Return where the viewer's data will lie, before it is made."""
    folder = f"comparisons/{plan.id}/"
    names = [f"inputs/{name}.json" for name in plan.inputs or ("all",)]
    files = {folder + name: "" for name in ("view.json", *names)}
    return ViewerData(f"{folder}view.json", folder + names[0], files)


def _charts(site: Plan, plan: ComparisonPlan, frames: Sequence[FrameView]) -> Iterator[ChartView]:
    """Yield a figure over noise levels where the inputs differ in them, and one for each input."""
    if not plan.lines:
        return
    each = len(frames) // len(plan.inputs)
    own = {
        name: frames[number * each : (number + 1) * each] for number, name in enumerate(plan.inputs)
    }
    measured = {name: _measured(plan, own[name]) for name in plan.inputs}
    for measure in plan.measures[:1]:
        levels = _noise_levels(site, plan, own, measured, measure)
        if chart := noise_charts(plan.id, MEASURES[measure], levels):
            yield ChartView("", chart)
    for name in plan.inputs:
        if chart := alpha_charts(name, site.inputs[name].title, measured[name], plan.stops):
            yield ChartView(name, chart)


def _measured(plan: ComparisonPlan, frames: Sequence[FrameView]) -> Measured:
    """Return what was measured of an input's frames, for each curve of its charts."""
    return {
        measure: {
            line.name: tuple(
                (frame.alpha, frame.measured[measure])
                for frame in frames
                if frame.at[0][0] == line.choice
                and frame.alpha is not None
                and measure in frame.measured
            )
            for line in plan.lines
        }
        for measure in plan.measures
    }


def _noise_levels(
    site: Plan,
    plan: ComparisonPlan,
    own: Mapping[str, Sequence[FrameView]],
    measured: Mapping[str, Measured],
    measure: str,
) -> list[NoiseLevel]:
    """Return a measure's results by noise level, where inputs are one picture under several."""
    pictures = [site.inputs[name].picture for name in plan.inputs]
    sigmas = [picture.noise.sigma if picture.noise else 0.0 for picture in pictures]
    one = len({(picture.file, picture.crop, picture.downscale) for picture in pictures}) == 1
    if not one or len(set(sigmas)) != len(sigmas):
        return []
    mixes = plan.lines[0].name
    return [
        NoiseLevel(sigma, mix, _controls(site, plan, own[name], measure))
        for sigma, name in zip(sigmas, plan.inputs, strict=True)
        if (mix := measured[name][measure][mixes])
    ]


def _controls(
    site: Plan, plan: ComparisonPlan, frames: Sequence[FrameView], measure: str
) -> dict[str, float]:
    """Return what a measure says of the models shown beside the mix, by title."""
    beside = frames[len(frames) - len(plan.beside) :]
    return {
        site.models[name].title: frame.measured[measure]
        for name, frame in zip(plan.beside, beside, strict=True)
        if measure in frame.measured
    }
