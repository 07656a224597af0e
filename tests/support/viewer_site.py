"""A small site for the viewer's tests: real templates and scripts, synthetic pictures.

It is written without planning or rendering anything, so that the viewer's tests need no network
and can have what no build would give: missing frames, sixty inputs, extreme sizes.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from PIL import Image, ImageDraw

from generator.manifest.tables import measures
from generator.site.output.assets import build_assets
from generator.site.output.templates import FILTERS
from generator.site.views import ChartView, FrameView, InputView, ModelView
from support.viewer_schema import Head, InputFile

ROOT = Path(__file__).resolve().parents[2]
SITE = {
    "title": "Interpolated Models",
    "description": "Visual comparison of interpolated models",
    "url": "https://example.org/models/",
    "language": "en",
    "author": "The authors",
    "repository": "https://example.org/source",
}
CHART = Markup(
    '<figure class="chart"><svg viewBox="0 0 640 200" data-x0="40" data-x1="620" data-min="0"'
    ' data-max="1" role="img" aria-label="PSNR over alpha"><path d="M40 150 330 60 620 120"'
    ' fill="none" stroke="currentColor"/><line data-chart-marker x1="40" x2="40" y1="10" y2="190"'
    ' stroke="currentColor"/></svg></figure>'
)
MEASURES: list[dict[str, Any]] = [
    {"id": m.id, "title": m.title, "unit": m.unit, "decimals": m.decimals, "better": m.better}
    for m in measures.MEASURES.values()
]
INPUT = {"id": "input", "label": "Input"}
MIX = {"id": "mix", "label": "Network mix", "moves": True}
BLEND = {"id": "blend", "label": "Pixel blend", "moves": True}


@dataclass
class Comparison:
    """What the viewer reads of a comparison, and what its templates show besides."""

    id: str
    title: str
    kind: str
    control: str
    head: dict[str, Any]
    frames: list[dict[str, Any]]  # as in the files of inputs, with "input", "recipe", "weights"
    models: Sequence[str] = ()

    @property
    def url(self) -> str:
        return f"comparisons/{self.id}/"


class SiteWriter:
    """Collects comparisons, then writes pages and data the way the generator does."""

    def __init__(self, folder: Path, prefix: str = "", language: str = "en") -> None:
        self.folder = folder / prefix
        self.site = {**SITE, "language": language}
        self.comparisons: list[Any] = []  # as templates see them
        (self.folder / "frames").mkdir(parents=True)
        loader = FileSystemLoader(ROOT / "templates")
        self.templates = Environment(loader=loader, autoescape=True, undefined=StrictUndefined)
        self.templates.filters.update(FILTERS)

    def picture(
        self, name: str, size: tuple[int, int], tone: tuple[int, ...], mark: int = 0
    ) -> dict[str, Any]:
        """Write a picture that says by its colour and a bar of ``mark`` cells which one it is.

        Returns what a frame says of its file.
        """
        path = self.folder / "frames" / f"{name}.png"
        width, height = size
        image = Image.new("RGB" if len(tone) == 3 else "RGBA", size, tone)
        if len(tone) == 3:
            draw = ImageDraw.Draw(image)
            for step in range(0, width, 16):
                draw.line((step, 0, step, height), fill=tuple(c * 3 // 4 for c in tone))
            for cell in range(mark):
                draw.rectangle((4 + 12 * cell, 4, 12 + 12 * cell, 20), fill="white")
        image.save(path)
        file = {"file": path.name, "bytes": path.stat().st_size}
        return {**file, "width": width, "height": height}

    def slider(
        self,
        name: str,
        *,
        alphas: list[float],
        models: tuple[str, ...] = ("Fidelity", "Sharp"),
        inputs: tuple[str, ...] = ("harbour",),
        size: tuple[int, int] = (320, 240),
        blend: bool = False,
        regions: tuple[str, ...] = (),
        missing: tuple[int, ...] = (),
        control: str = "slider",
        title: str = "",
        input_picture: Callable[[str], dict[str, Any]] | None = None,
    ) -> None:
        """Add a comparison of mixes over alpha; ``missing`` are positions without a picture."""
        ids = [f"model-{model.lower()}" for model in models]
        mixes = [MIX, BLEND] if blend else [MIX]
        alone = [{"id": each, "label": model} for each, model in zip(ids, models, strict=True)]
        choices = [INPUT, *mixes, *alone]
        positions = [_on_the_line(alpha, models) for alpha in alphas]
        frames: list[dict[str, Any]] = []
        for number, key in enumerate(inputs):
            stem = f"{name}-{key}-input"
            file = input_picture(stem) if input_picture else self.picture(stem, size, (90, 90, 90))
            frames.append({
                "input": key, "recipe": "input", "label": "Input", "at": [[0]], **file,
            })  # fmt: skip
            for choice, recipe in enumerate(mixes, start=1):
                for at, alpha in enumerate(alphas):
                    where = [[choice, at]]
                    weights = positions[at]["weights"]
                    if recipe is MIX and 1 in weights:
                        where.append([1 + len(mixes) + weights.index(1)])
                    frame = {
                        "input": key, "recipe": recipe["id"], "at": where,
                        "weights": _by_id(models, weights), "alpha": alpha,
                        "label": f"{recipe['id']} α = {alpha}", "precision": "fp32",
                        "measured": {"psnr": 27 + at / 10, "ssim": 0.8 + at / 100},
                    }  # fmt: skip
                    if at in missing:
                        frame |= {"missing": "the network gave NaN"}
                        frame |= {"width": size[0], "height": size[1]}
                    else:
                        tone = (40 + 150 * at // len(alphas), 60 + 40 * number, 150)
                        stem = f"{name}-{key}-{recipe['id']}-{at}"
                        frame |= self.picture(stem, size, tone, at + 1)
                    frames.append(frame)
        head = {
            "layout": "line", "choices": choices, "axes": list(models), "positions": positions,
            "start": {"panes": ["input", "mix"], "position": len(alphas) // 2},
            "regions": [
                {"name": region, "masks": self.masks(name, region, inputs, size)}
                for region in regions
            ],
            "measures": MEASURES,
        }  # fmt: skip
        self.add(Comparison(
            name, title or name.capitalize(), "interpolate", control, head, frames, models,
        ), inputs)  # fmt: skip

    def lattice(self, name: str, control: str, models: tuple[str, ...], points: int) -> None:
        """Add a triangle or square."""
        n = points - 1
        frames: list[dict[str, Any]] = []
        positions = []
        for a, b in product(range(points), repeat=2):
            if control == "triangle":
                if a + b > n:
                    continue
                row = [(n - a - b) / n, a / n, b / n]
            else:
                x, y = b / n, a / n
                row = [(1 - x) * (1 - y), x * (1 - y), (1 - x) * y, x * y]
            tone = (int(60 + 150 * row[0]), int(60 + 150 * row[1]), int(60 + 150 * row[2]))
            mixture = _mixture(models, row)
            label = f"mix {a} {b}"
            frames.append({
                "input": "harbour", "recipe": "mix", "at": [[0, len(positions)]], "label": label,
                "weights": _by_id(models, row),
                **self.picture(f"{name}-{a}-{b}", (240, 240), tone, 1),
            })  # fmt: skip
            positions.append({
                "weights": row, "label": label, "text": _sum(mixture), "spoken": mixture,
            })  # fmt: skip
            if 1 in row:
                frames[-1]["at"].append([1 + row.index(1)])
        alone = [{"id": f"model-{model.lower()}", "label": model} for model in models]
        head = {
            "layout": "pad", "choices": [MIX, *alone], "axes": list(models),
            "positions": positions,
            "start": {"panes": [alone[0]["id"], "mix"], "position": len(frames) - 1},
        }  # fmt: skip
        title = name.capitalize()
        comparison = Comparison(name, title, "interpolate", control, head, frames, models)
        self.add(comparison, ("harbour",))

    def sequence(self, name: str, count: int, size: tuple[int, int] = (480, 120)) -> None:
        """Add pictures made elsewhere."""
        frames, positions, choices = (
            [],
            [],
            [{**INPUT, "id": "frame", "label": "Frame at the slider"}],
        )
        choices[0]["moves"] = True
        for at in range(count):
            label = {0: "Darth Vader", count - 1: "Obi-Wan"}.get(at, str(at + 1))
            tone = (40 + 200 * at // count, 100, 80)
            frames.append({
                "recipe": "file", "label": label, "at": [[0, at], [1 + at]],
                **self.picture(f"{name}-{at}", size, tone, at + 1),
            })  # fmt: skip
            choices.append({"id": str(at), "label": f"Frame {label}" if label.isdigit() else label})
            named = "" if label.isdigit() else f" · {label}"
            positions.append({
                "value": at, "label": label, "text": f"{at + 1} / {count}{named}",
                "spoken": f"frame {at + 1} of {count}: {label}",
            })  # fmt: skip
        head = {
            "layout": "line", "sequence": True, "choices": choices, "positions": positions,
            "start": {"panes": [str(count - 1), "frame"], "position": 0},
        }  # fmt: skip
        self.add(Comparison(name, name.capitalize(), "frames", "slider", head, frames), ())

    def lists(
        self, name: str, models: int, inputs: int, size: tuple[int, int] = (160, 120)
    ) -> None:
        """Add two lists to choose from."""
        ids = tuple(f"input-{at + 1}" for at in range(inputs))
        titles = tuple(f"4x-Model-{at + 1:03d}" for at in range(models))
        choices = [INPUT, *({"id": title.lower(), "label": title} for title in titles)]
        input_file = self.picture(f"{name}-input", size, (90, 90, 90))
        files = [
            self.picture(f"{name}-{at}", size, (40 + 200 * at // models, 120, 60), 1 + at % 12)
            for at in range(models)
        ]
        frames = [
            {
                "input": key, "recipe": "mix" if at else "input", "label": choices[at]["label"],
                "at": [[at]], **file,
            }
            for key in ids
            for at, file in enumerate([input_file, *files])
        ]  # fmt: skip
        start = {"panes": ["input", choices[1]["id"]]}
        head = {"layout": "none", "choices": choices, "start": start}
        comparison = Comparison(name, name.capitalize(), "choose", "lists", head, frames, titles)
        self.add(comparison, ids)

    def masks(
        self, name: str, region: str, inputs: tuple[str, ...], size: tuple[int, int]
    ) -> dict[str, str]:
        """Write a mask that is white on the right half."""
        image = Image.new("L", size)
        ImageDraw.Draw(image).rectangle((size[0] // 2, 0, *size), fill=255)
        url = f"frames/{name}-{region}-mask.png"
        image.save(self.folder / url)
        return dict.fromkeys(inputs, f"../../{url}")

    def add(self, comparison: Comparison, inputs: Sequence[str]) -> None:
        """Write a comparison's data, and keep it for the pages."""
        head, frames = comparison.head, comparison.frames
        data = self._write_data(comparison, inputs)
        titles = {key: key.capitalize() for key in inputs}
        views = tuple(
            FrameView(
                **{key: value for key, value in frame.items() if key != "file"}, index=index,
                url=f"frames/{frame['file']}" if "file" in frame else "",
                input_title=titles.get(frame.get("input", ""), ""),
            )
            for index, frame in enumerate(frames)
        )  # fmt: skip
        start = [self._started(head, frames, pane) for pane in head["start"]["panes"]]
        measured = any("measured" in frame for frame in frames)
        self.comparisons.append(SimpleNamespace(
            id=comparison.id, title=comparison.title, kind=comparison.kind,
            control=comparison.control, layout=head["layout"],
            sequence=head.get("sequence", False), url=comparison.url, data=data,
            data_url=f"{comparison.url}data.json", draft=False, steps=None, thumbnail=None,
            caption=Markup("<p>Drag the slider, drag across the picture.</p>"),
            width=frames[0]["width"], height=frames[0]["height"],
            inputs=tuple(
                InputView(key, title, "Somebody", "CC0-1.0", "") for key, title in titles.items()
            ),
            models=tuple(_model(model) for model in comparison.models), beside=(),
            choices=tuple(head["choices"]),
            frames=views, left=views[start[0]], right=views[start[1]],
            start=SimpleNamespace(**head["start"]),
            measures=tuple(measures.MEASURES.values()) if measured else (),
            charts=(ChartView("", CHART),) if measured else (), apart=False,
            alphas=tuple(at["value"] for at in head.get("positions", ()) if "value" in at),
            regions=tuple(head.get("regions", ())),
            exports=(), animations=(), kinship=(), social="",
        ))  # fmt: skip

    @staticmethod
    def _started(head: dict[str, Any], frames: list[dict[str, Any]], pane: str) -> int:
        """Return the index of the frame that a pane begins with."""
        choice = next(at for at, each in enumerate(head["choices"]) if each["id"] == pane)
        moves = head["choices"][choice].get("moves")
        where = [choice, head["start"]["position"]] if moves else [choice]
        return next(at for at, frame in enumerate(frames) if where in frame["at"])

    def _write_data(self, comparison: Comparison, inputs: Sequence[str]) -> SimpleNamespace:
        """Write view.json and the files of inputs; return their addresses from the root."""
        head = {key: value for key, value in comparison.head.items() if value not in ((), [])}
        head = {
            "version": 2, "id": comparison.id, "title": comparison.title, "sequence": False,
            "frames": "../../frames/", **head,
        }  # fmt: skip
        head["hash"] = _hash([head, inputs])
        entries, folder = [], self.folder / comparison.url
        for key in inputs or [""]:
            told = [
                {"index": index, **_as_read(frame)}
                for index, frame in enumerate(comparison.frames)
                if frame.get("input", "") == key
            ]
            file = {"view": head["hash"], "frames": told}
            InputFile.model_validate(file)
            name = f"inputs/{key or 'all'}.json"
            address = _write(folder, name, file)
            entries.append({"id": key, "title": key.capitalize(), "data": address})
        head["inputs"] = entries
        Head.model_validate(head)
        view = _write(folder, "view.json", head)
        return SimpleNamespace(
            view=f"{comparison.url}{view}", input=f"{comparison.url}{entries[0]['data']}"
        )

    def write(self) -> None:
        """Write assets, a page for each comparison, one of all, a gallery and 404.html."""
        static = ROOT / "static"
        files = {str(path.relative_to(static)): path for path in static.rglob("*.*")}
        self.assets = build_assets(files)
        for asset in self.assets.values():
            path = self.folder / asset.name
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(asset.data)
        nav = [{"title": "All on one page", "url": "all/", "current": False}]
        self._page("gallery.html", "", SITE["title"], nav, comparisons=self.comparisons)
        self._page("404.html", "404.html", "Not found", nav)
        for comparison in self.comparisons:
            around = {"previous": None, "next": {"title": "The next one", "url": "all/"}}
            title = comparison.title
            self._page(
                "comparison.html", comparison.url, title, nav,
                viewers=True, comparison=comparison, **around,
            )  # fmt: skip
        macro = self.templates.get_template("viewer.html").module.viewer  # type: ignore[attr-defined]
        text = Markup("<h1>All of them</h1><p>Ten viewers on a page, some folded away.</p>")
        for at, comparison in enumerate(self.comparisons):
            viewer = macro(comparison, "../", 2)
            folded = Markup("<details><summary>Fold {}</summary>{}</details>").format(at, viewer)
            text += folded if at % 2 else viewer
        self._page(
            "page.html", "all/", "All of them", nav,
            viewers=True, content=text, comparisons=self.comparisons,
        )  # fmt: skip

    def _page(self, template: str, url: str, title: str, nav: list[Any], **context: Any) -> None:
        root = "../" * url.count("/")
        page = {"title": title, "description": "", "url": url, "canonical": "", "image": ""}
        context = {"viewers": False, **context}
        text = self.templates.get_template(template).render(
            site=self.site, root=root, nav=[{**entry, "url": root + entry["url"]} for entry in nav],
            generator_version="0", page=page, **context,
            asset=lambda name: root + self.assets[name].name, assets=self.assets,
        )  # fmt: skip
        path = self.folder / (url if url.endswith(".html") else f"{url}index.html")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def _as_read(frame: dict[str, Any]) -> dict[str, Any]:
    """Return what the viewer reads of a frame."""
    names = ("at", "file", "missing", "width", "height", "bytes", "label", "measured")
    return {name: frame[name] for name in names if name in frame}


def _on_the_line(alpha: float, models: Sequence[str]) -> dict[str, Any]:
    leg = max(0, min(int(alpha), len(models) - 2))
    weights = [0.0] * len(models)
    weights[leg : leg + 2] = [round(1 - (alpha - leg), 6), round(alpha - leg, 6)]
    decimals = 2 if round(alpha, 2) == round(alpha, 6) else 3
    shown = f"{alpha:.{decimals}f}".replace("-", "−")
    mixture = _mixture(models, weights)
    return {
        "value": alpha, "weights": weights, "label": f"α = {alpha}",
        "text": f"α {shown} · {_sum(mixture)}",
        "spoken": f"alpha {shown}: {mixture}",
    }  # fmt: skip


def _by_id(models: Sequence[str], weights: Sequence[float]) -> dict[str, float]:
    return {model.lower(): weight for model, weight in zip(models, weights, strict=True)}


def _sum(mixture: str) -> str:
    return mixture.replace(", ", " + ").replace(" + −", " − ")


def _mixture(models: Sequence[str], weights: Sequence[float]) -> str:
    shares = [
        (round(100 * weight, 1), model) for weight, model in zip(weights, models, strict=True)
    ]
    return ", ".join(f"{share:g}% {model}".replace("-", "−") for share, model in shares if share)


def _hash(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, default=str).encode()).hexdigest()[:12]


def _write(folder: Path, name: str, value: Any) -> str:
    """Write a file of JSON; return its address from the folder, with the hash of its content."""
    text = json.dumps(value)
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return f"{name}?{hashlib.sha256(text.encode()).hexdigest()[:12]}"


def _model(title: str) -> ModelView:
    return ModelView(
        id=title.lower(), title=title, description=Markup(), author="Somebody", license="CC0-1.0",
        homepage="", download="", file_name="", sha256="0f" * 32, bytes=48211,
        architecture="Compact", scale=1,
        parameters=24000,
    )  # fmt: skip
