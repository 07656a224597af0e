"""Checks of a well-typed manifest that need more than one entry, or a look at the disk."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from generator.manifest.controls import FEATURES
from generator.manifest.globs import matching_files, why_no_match
from generator.manifest.links import links_that_lead_out
from generator.manifest.outputs import tells_inputs_apart
from generator.manifest.places import NOTHING, why_no_file
from generator.manifest.tables.classic import CLASSIC
from generator.manifest.tables.formats import WEIGHTS_SUFFIXES
from generator.manifest.types import (
    KINDS,
    REST,
    Choice,
    Comparison,
    InputPicture,
    Interpolate,
    Manifest,
)
from generator.manifest.words import did_you_mean, nearest
from generator.manifest.yamlfile import Location

Found = tuple[Location, str, bool]
"""Where, what, and whether the key (rather than the value) is meant."""


def check_references(
    manifest: Manifest, root: Path, ids: dict[str, tuple[str, ...]]
) -> Iterator[Found]:
    """Yield what is wrong: ids that nothing defines, files that do not exist, counts.

    ``ids`` are those that were written per section; the manifest may lack some of them, whose
    entries are wrong in themselves and already reported.
    """
    yield from _links(manifest, root)
    yield from _models(manifest, root)
    yield from _inputs(manifest, root)
    for name, comparison in manifest.comparisons.items():
        yield from _comparison(manifest, ids, comparison, ("comparisons", name), root)
    yield from _aliases(manifest, ids["comparisons"])
    for index, page in enumerate(manifest.pages or ()):
        yield from _page(page, ("pages", index), root)
    for section in ("models", "inputs", "comparisons"):
        yield from _case(list(getattr(manifest, section)), section)


def _links(manifest: Manifest, root: Path) -> Iterator[Found]:
    if manifest.site.follow_links:
        return
    for link in links_that_lead_out(root):
        message = f"'{link}' is a link that leads out of the project: put a copy in its place"
        yield ("site",), f"{message}, or allow it here: 'follow_links: true'", True


def _models(manifest: Manifest, root: Path) -> Iterator[Found]:
    for name, model in manifest.models.items():
        where: Location = ("models", name, "path")
        if name in CLASSIC:
            yield ("models", name), f"'{name}' is a reserved name; rename the model", True
        yield from _file(model.path, where, root)
        if not model.path.lower().endswith(WEIGHTS_SUFFIXES):
            known = ", ".join(WEIGHTS_SUFFIXES)
            yield where, f"'{model.path}' is not a weights file ({known})", False


def _inputs(manifest: Manifest, root: Path) -> Iterator[Found]:
    for name, picture in manifest.inputs.items():
        yield from _file(picture.path, ("inputs", name, "path"), root)
        if picture.reference is not None:
            yield from _file(picture.reference, ("inputs", name, "reference"), root)
        for mask, path in picture.masks.items():
            yield from _file(path, ("inputs", name, "masks", mask), root)


def _comparison(
    manifest: Manifest,
    ids: dict[str, tuple[str, ...]],
    comparison: Comparison,
    where: Location,
    root: Path,
) -> Iterator[Found]:
    kinds = [k for k in KINDS if getattr(comparison, k) is not None]
    if len(kinds) != 1:
        got = " and ".join(kinds) or "none of them"
        yield where, f"a comparison has one of interpolate, choose, frames; this has {got}", True
        return
    if comparison.frames is not None:
        yield from _frames(comparison, where, root)
        return
    for index, name in enumerate(comparison.inputs or ()):
        yield from _known(name, ids["inputs"], "input", (*where, "inputs", index))
    if comparison.inputs is None and not ids["inputs"]:
        yield where, "there are no inputs: add at least one picture under 'inputs:'", True
    yield from _repeated(comparison.inputs or (), (*where, "inputs"))
    if comparison.labels:
        yield (*where, "labels"), "labels go with frames; choices have titles", True
    if comparison.interpolate is not None:
        yield from _interpolate(comparison.interpolate, ids["models"], (*where, "interpolate"))
        yield from _regions(manifest, comparison, (*where, "interpolate", "regions"))
    for index, choice in enumerate(comparison.choose or ()):
        yield from _choice(ids["models"], choice, (*where, "choose", index))
    yield from _made_elsewhere(manifest, comparison, where)


def _made_elsewhere(manifest: Manifest, comparison: Comparison, where: Location) -> Iterator[Found]:
    """Yield paths that would show one picture for several inputs, and what none can be given."""
    several = len(comparison.inputs if comparison.inputs is not None else manifest.inputs) > 1
    paths = {
        (*where, "choose", index, "files"): choice.files
        for index, choice in enumerate(comparison.choose or ())
    }
    given = comparison.interpolate.given if comparison.interpolate else None
    for place, path in {**paths, (*where, "interpolate", "given"): given}.items():
        if path and several and not tells_inputs_apart(path):
            message = f"'{path}' is one picture for several inputs: write {{input}} or {{stem}}"
            yield place, message, False
    if given and set(comparison.color_fix) != {"none"}:
        message = "a color_fix is for what networks make, not for given pictures: remove it"
        yield (*where, "color_fix"), message, True


def _aliases(manifest: Manifest, comparisons: tuple[str, ...]) -> Iterator[Found]:
    """Yield former ids that are in use: an address leads to one place, on any disk."""
    taken = {name.casefold(): name for name in comparisons}
    for name, comparison in manifest.comparisons.items():
        for index, alias in enumerate(comparison.aliases):
            if other := taken.get(alias.casefold()):
                where = ("comparisons", name, "aliases", index)
                yield where, f"'{alias}' leads to '{other}' already: remove one of the two", False
            taken.setdefault(alias.casefold(), name)


def _interpolate(mix: Interpolate, models: tuple[str, ...], where: Location) -> Iterator[Found]:
    for index, name in enumerate(mix.models):
        yield from _known(name, models, "model", (*where, "models", index))
    for index, name in enumerate(mix.beside):
        yield from _known(name, models, "model", (*where, "beside", index))
    if mix.given:
        yield from _given(mix, where)
    yield from _repeated(mix.models, (*where, "models"))
    yield from _repeated((*mix.models, *mix.beside), (*where, "beside"), len(mix.models))
    yield from _control(mix, where)
    yield from _parts(mix, where)
    yield from _start(mix, where)
    if not mix.extrapolate:
        last = 1 if mix.given else mix.rules.last_alpha(len(mix.models))
        for key, values, end in (("alphas", mix.alphas, 1), ("export", mix.export, last)):
            for value in values:
                if not 0 <= value <= end:
                    message = f"alpha {value:g} is outside 0 to {end}"
                    yield (*where, key), f"{message} (allow it: 'extrapolate: true')", False


def _given(mix: Interpolate, where: Location) -> Iterator[Found]:
    """Yield what needs networks, and so cannot go with pictures that were made elsewhere."""
    for key in ("models", "steps", "beside", "groups", "export", "kinship"):
        if key in mix.model_fields_set and getattr(mix, key):
            yield (*where, key), f"{key} say nothing beside given pictures: remove this", True
    if mix.baseline != "none":
        yield (*where, "baseline"), "given pictures cannot be blended: remove this", True


def _control(mix: Interpolate, where: Location) -> Iterator[Found]:
    """Yield what does not go with the way a visitor moves through the frames."""
    if mix.groups and mix.control not in (None, "slider"):
        yield (*where, "control"), f"groups go with control slider, not with {mix.control}", False
    if mix.groups and mix.baseline != "none":
        yield (*where, "baseline"), "outputs have no layers: groups have no pixel baseline", False
    control, count = mix.kind_of_control, len(mix.models)
    if mix.given and control != "slider":
        yield (*where, "control"), f"given pictures go with control slider, not {control}", False
    elif not mix.given and count not in mix.rules.models:
        message = f"control {control} takes {mix.rules.models.start} models, this has {count}"
        yield (*where, "control"), message + mix.rules.hint, False
    for key, feature in FEATURES.items():
        if getattr(mix, key) not in ((), {}, "none") and not feature.fits(mix.rules):
            message = f"{feature.words} {feature.controls()}, not with {control}"
            yield (*where, key), message, True
    if mix.animation == "mp4" and find_spec("av") is None:
        yield (*where, "animation"), "mp4 needs PyAV: pip install 'alphagrid[video]'", False


def _parts(mix: Interpolate, where: Location) -> Iterator[Found]:
    """Yield what is wrong with the names of regions and groups."""
    yield from _repeated(mix.regions, (*where, "regions"))
    for key, names in (("regions", mix.regions), ("groups", mix.groups)):
        if REST in names:
            message = f"'{REST}' is what is left over: choose another name"
            yield (*where, key), message, True
    for name in filter(None, mix.start):
        yield from _known(name, (*mix.regions, REST), "region", (*where, "start", name))


def _start(mix: Interpolate, where: Location) -> Iterator[Found]:
    """Yield what could not be shown first, because the sliders do not reach it."""
    if not mix.rules.one_alpha:
        return
    first, last = min(mix.alphas), max(mix.alphas) + mix.rules.last_alpha(len(mix.models)) - 1
    for name, alpha in mix.start.items():
        if not first <= alpha <= last:
            place = (*where, "start", name) if name else (*where, "start")
            yield place, f"start {alpha:g} is outside the alphas, {first:g} to {last:g}", False


def _regions(manifest: Manifest, comparison: Comparison, where: Location) -> Iterator[Found]:
    regions = comparison.interpolate.regions if comparison.interpolate else ()
    names = comparison.inputs if comparison.inputs is not None else tuple(manifest.inputs)
    for index, region in enumerate(regions):
        for name in names:
            picture: InputPicture | None = manifest.inputs.get(name)
            if picture is not None and region not in picture.masks:
                message = f"input '{name}' has no mask '{region}'"
                message += did_you_mean(region, picture.masks)
                yield (*where, index), message, False


def _choice(models: tuple[str, ...], choice: Choice, where: Location) -> Iterator[Found]:
    if choice.of and choice.of not in CLASSIC:
        known = (*models, *CLASSIC)
        yield from _known(choice.of, known, "model", where)
    for index, name in enumerate(choice.pairs or ()):
        yield from _known(name, models, "model", (*where, "pairs", index))
    yield from _repeated(choice.pairs or (), (*where, "pairs"))
    if choice.pairs is not None and len(choice.pairs) < 2:
        yield (*where, "pairs"), "two models make a pair, this names one", False
    for name, weight in (choice.mix or {}).items():
        yield from _known(name, models, "model", (*where, "mix", name))
        if weight < 0:
            yield (*where, "mix", name), f"a coefficient is 0 or more, got {weight:g}", False


def _frames(comparison: Comparison, where: Location, root: Path) -> Iterator[Found]:
    pattern = comparison.frames or ""
    try:
        files = matching_files(root, pattern)
    except ValueError as error:
        yield (*where, "frames"), str(error), False
        return
    if not files:
        yield (*where, "frames"), why_no_match(root, pattern), False
    elif comparison.labels and len(comparison.labels) != len(files):
        message = f"{len(comparison.labels)} labels for {len(files)} frames"
        yield (*where, "labels"), message, False
    if comparison.inputs is not None:
        yield (*where, "inputs"), "a comparison of frames has no inputs: remove this", True


def _page(path: str, where: Location, root: Path) -> Iterator[Found]:
    yield from _file(path, where, root)
    if not path.endswith(".md"):
        yield where, f"a page is a Markdown file (.md), got '{path}'", False


def _file(path: str, where: Location, root: Path) -> Iterator[Found]:
    reason = why_no_file(root / path)
    if reason == NOTHING:
        reason = f"{NOTHING}: '{path}'{_file_hint(path, root)}"
    elif reason:
        reason = f"'{path}' {reason}"
    if reason:
        yield where, reason, False


def _file_hint(path: str, root: Path) -> str:
    """Say what an author may have meant by the path of a file that is not there."""
    if re.match(r"https?://", path):
        return " (an address: fetch the file, and give the path to your copy)"
    if "\\" in path and (root / (slashed := path.replace("\\", "/"))).is_file():
        return f" (did you mean '{slashed}'?)"
    folder, _, name = path.rpartition("/")
    if not (root / folder).is_dir():
        return f" (there is no folder '{folder}')"
    # The name counts, not the suffix that all of them share, and not its case.
    try:
        entries = list((root / folder).iterdir())
    except OSError:
        return f" (the folder '{folder}' may not be read)"
    names = {Path(entry.name).stem.casefold(): entry.name for entry in entries}
    close = nearest(Path(name).stem.casefold(), names)
    return f" (did you mean '{path.removesuffix(name)}{names[close]}'?)" if close else ""


def _known(name: str, known: tuple[str, ...], what: str, where: Location) -> Iterator[Found]:
    if name not in known:
        message = f"no {what} is called '{name}'{did_you_mean(name, known)}"
        yield where, message, where[-1] == name


def _repeated(names: tuple[str, ...], where: Location, start: int = 0) -> Iterator[Found]:
    for index, name in enumerate(names[start:], start=start):
        if name in names[:index]:
            yield (*where, index - start), f"'{name}' is listed twice", False


def _case(names: list[str], section: str) -> Iterator[Found]:
    """Ids become file names, and not every disk tells 'Cat' from 'cat'."""
    seen: dict[str, str] = {}
    for name in names:
        if (other := seen.setdefault(name.casefold(), name)) != name:
            yield (section, name), f"'{name}' and '{other}' differ in case only: rename one", True
