"""A small site for the viewer's tests: real templates and scripts, synthetic pictures.

It is written without planning or rendering anything, so that the viewer's tests need no network
and can have what no build would give: missing frames, sixty inputs, extreme sizes.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from itertools import product
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from PIL import Image, ImageDraw

from generator.manifest.tables.measures import MEASURES
from generator.site.output.assets import build_assets
from generator.site.views import ComparisonView, InputView, ModelView

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


class SiteWriter:
    """Collects comparisons, then writes pages the way the generator does."""

    def __init__(self, folder: Path, prefix: str = "") -> None:
        self.folder = folder / prefix
        self.comparisons: list[ComparisonView] = []
        (self.folder / "frames").mkdir(parents=True)
        loader = FileSystemLoader(ROOT / "templates")
        self.templates = Environment(loader=loader, autoescape=True, undefined=StrictUndefined)

    def picture(
        self, name: str, size: tuple[int, int], tone: tuple[int, int, int], mark: int
    ) -> str:
        """Write a picture that says by its colour and a bar of ``mark`` cells which one it is."""
        url = f"frames/{name}.png"
        width, height = size
        image = Image.new("RGB", size, tone)
        draw = ImageDraw.Draw(image)
        for step in range(0, width, 16):
            draw.line((step, 0, step, height), fill=tuple(c * 3 // 4 for c in tone))
        for cell in range(mark):
            draw.rectangle((4 + 12 * cell, 4, 12 + 12 * cell, 20), fill="white")
        image.save(self.folder / url)
        return url

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
    ) -> None:
        """Add a comparison of mixes over alpha; ``missing`` are positions without a picture."""
        ids = [model.lower() for model in models]
        frames: list[dict[str, Any]] = []
        for number, key in enumerate(inputs):
            shared = {"input": key, "width": size[0], "height": size[1]}
            url = self.picture(f"{name}-{key}-input", size, (90, 90, 90), 0)
            frames.append({**shared, "recipe": "input", "label": "Input", "url": url})
            for recipe in ("mix", "blend") if blend else ("mix",):
                for at, alpha in enumerate(alphas):
                    leg = min(int(alpha), len(ids) - 2)
                    weights = dict.fromkeys(ids, 0.0)
                    weights[ids[leg]] = round(1 - (alpha - leg), 6)
                    weights[ids[leg + 1]] = round(alpha - leg, 6)
                    frame = {
                        **shared, "recipe": recipe, "weights": weights, "alpha": alpha,
                        "label": f"{recipe} α = {alpha}", "precision": "fp32",
                        "psnr": 27 + at / 10, "ssim": 0.8 + at / 100,
                    }  # fmt: skip
                    if at in missing:
                        frame["missing"] = "the network gave NaN"
                    else:
                        tone = (40 + 150 * at // len(alphas), 60 + 40 * number, 150)
                        stem = f"{name}-{key}-{recipe}-{at}"
                        frame["url"] = self.picture(stem, size, tone, at + 1)
                        frame["bytes"] = (self.folder / frame["url"]).stat().st_size
                    frames.append(frame)
        masks = [
            {"name": region, "masks": self.masks(name, region, inputs, size)} for region in regions
        ]
        start = {"left": 0, "right": 1 + len(alphas) // 2}
        self.add(name, "interpolate", control, frames, start, models, inputs, alphas, masks, title)

    def lattice(
        self, name: str, control: str, models: tuple[str, ...], points: int
    ) -> dict[str, Any]:
        """Add a triangle or square."""
        ids = [model.lower() for model in models]
        n = points - 1
        frames: list[dict[str, Any]] = []
        for a, b in product(range(points), repeat=2):
            if control == "triangle":
                if a + b > n:
                    continue
                row = [(n - a - b) / n, a / n, b / n]
            else:
                x, y = b / n, a / n
                row = [(1 - x) * (1 - y), x * (1 - y), (1 - x) * y, x * y]
            tone = (int(60 + 150 * row[0]), int(60 + 150 * row[1]), int(60 + 150 * row[2]))
            url = self.picture(f"{name}-{a}-{b}", (240, 240), tone, 1)
            frames.append({
                "input": "harbour", "recipe": "mix", "weights": dict(zip(ids, row, strict=True)),
                "label": f"mix {a} {b}", "url": url, "width": 240, "height": 240,
            })  # fmt: skip
        start = {"left": 0, "right": len(frames) - 1}
        self.add(name, "interpolate", control, frames, start, models, ("harbour",))

    def sequence(self, name: str, count: int, size: tuple[int, int] = (480, 120)) -> dict[str, Any]:
        """Add pictures made elsewhere."""
        frames = []
        for at in range(count):
            url = self.picture(f"{name}-{at}", size, (40 + 200 * at // count, 100, 80), at + 1)
            label = {0: "Darth Vader", count - 1: "Obi-Wan"}.get(at, str(at + 1))
            frames.append({
                "recipe": "file", "label": label, "url": url, "width": size[0], "height": size[1],
                "bytes": (self.folder / url).stat().st_size,
            })  # fmt: skip
        self.add(name, "frames", "slider", frames, {"left": count - 1, "right": 0})

    def lists(
        self, name: str, models: int, inputs: int, size: tuple[int, int] = (160, 120)
    ) -> None:
        """Add two lists to choose from."""
        ids = tuple(f"input {at + 1}" for at in range(inputs))
        titles = tuple(f"4x-Model-{at + 1:03d}" for at in range(models))
        url = self.picture(f"{name}-input", size, (90, 90, 90), 0)
        frames = []
        for key in ids:
            shared = {"input": key, "width": size[0], "height": size[1], "bytes": 1000}
            frames.append({**shared, "recipe": "input", "label": "Input", "url": url})
            for at, title in enumerate(titles):
                tone = (40 + 200 * at // models, 120, 60)
                own = (
                    self.picture(f"{name}-{at}", size, tone, 1 + at % 12)
                    if key == ids[0]
                    else f"frames/{name}-{at}.png"
                )
                frames.append(
                    {
                        **shared,
                        "recipe": "mix",
                        "weights": {title.lower(): 1.0},
                        "label": title,
                        "url": own,
                    }
                )
        self.add(name, "choose", "lists", frames, {"left": 0, "right": 1}, titles, ids)

    def masks(
        self, name: str, region: str, inputs: tuple[str, ...], size: tuple[int, int]
    ) -> dict[str, str]:
        """Write a mask that is white on the right half."""
        image = Image.new("L", size)
        ImageDraw.Draw(image).rectangle((size[0] // 2, 0, *size), fill=255)
        url = f"frames/{name}-{region}-mask.png"
        image.save(self.folder / url)
        return dict.fromkeys(inputs, url)

    def add(
        self,
        name: str,
        kind: str,
        control: str,
        frames: list[dict[str, Any]],
        start: dict[str, int],
        models: tuple[str, ...] = (),
        inputs: tuple[str, ...] = (),
        alphas: list[float] | None = None,
        regions: list[dict[str, Any]] | None = None,
        title: str = "",
    ) -> None:
        """Add a comparison from its frames, as templates see it."""
        comparison = ComparisonView(
            id=name,
            title=title or name.capitalize(),
            caption=Markup("<p>Drag the slider, drag across the picture.</p>"),
            url=f"comparisons/{name}/",
            data_url=f"comparisons/{name}/data.json",
            kind=kind,
            control=control,
            width=frames[0]["width"],
            height=frames[0]["height"],
            inputs=tuple(
                InputView(key, key.capitalize(), "Somebody", "CC0-1.0", "") for key in inputs
            ),
            models=tuple(_model(model) for model in models),
            frames=tuple(
                {**frame, "input_title": frame.get("input", "").capitalize(), "key": ""}
                for frame in frames
            ),
            left=frames[start["left"]],
            right=frames[start["right"]],
            start=(start["left"], start["right"]),
            steps=None,
            measures=tuple(m for m in MEASURES.values() if any(m.id in f for f in frames)),
            charts=(CHART,) if any("psnr" in frame for frame in frames) else (),
            alphas=tuple(alphas or ()),
            draft=False,
            regions=tuple(regions or ()),
        )
        self.comparisons.append(comparison)
        self._write_data(comparison, frames)

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
                "comparison.html", comparison.url, title, nav, comparison=comparison, **around
            )
        macro = self.templates.get_template("viewer.html").module.viewer  # type: ignore[attr-defined]
        text = Markup("<h1>All of them</h1><p>Ten viewers on a page, some folded away.</p>")
        for at, comparison in enumerate(self.comparisons):
            viewer = macro(comparison, "../", 2)
            folded = Markup("<details><summary>Fold {}</summary>{}</details>").format(at, viewer)
            text += folded if at % 2 else viewer
        self._page(
            "page.html", "all/", "All of them", nav, content=text, comparisons=self.comparisons
        )

    def _page(self, template: str, url: str, title: str, nav: list[Any], **context: Any) -> None:
        root = "../" * url.count("/")
        page = {"title": title, "description": "", "url": url, "canonical": "", "image": ""}
        text = self.templates.get_template(template).render(
            site=SITE, root=root, nav=[{**entry, "url": root + entry["url"]} for entry in nav],
            generator_version="0", page=page, **context,
            asset=lambda name: root + self.assets[name].name, assets=self.assets,
        )  # fmt: skip
        path = self.folder / (url if url.endswith(".html") else f"{url}index.html")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def _write_data(self, comparison: ComparisonView, frames: list[dict[str, Any]]) -> None:
        away = lambda url: f"../../{url}"  # noqa: E731
        data: dict[str, Any] = {
            key: getattr(comparison, key) for key in ("id", "title", "kind", "control")
        }
        data["start"] = dict(zip(("left", "right"), comparison.start, strict=True))
        data["models"] = [model.id for model in comparison.models]
        data["inputs"] = [each.id for each in comparison.inputs]
        data["titles"] = {
            "models": {model.id: model.title for model in comparison.models},
            "inputs": {each.id: each.title for each in comparison.inputs},
        }
        data["measures"] = {measure.id: asdict(measure) for measure in comparison.measures}
        data["regions"] = [
            {
                "name": region["name"],
                "masks": {key: away(url) for key, url in region["masks"].items()},
            }
            for region in comparison.regions
        ]
        data["frames"] = [
            {**frame, "url": away(frame["url"])} if "url" in frame else frame for frame in frames
        ]
        path = self.folder / comparison.data_url
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps(data), encoding="utf-8")


def _model(title: str) -> ModelView:
    return ModelView(
        id=title.lower(), title=title, description=Markup(), author="Somebody", license="CC0-1.0",
        homepage="", download="", sha256="0f" * 32, bytes=48211, architecture="Compact", scale=1,
        parameters=24000,
    )  # fmt: skip
