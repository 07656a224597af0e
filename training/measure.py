"""The figures of README.md: PSNR of the denoisers over noise and alpha, and of super-resolution.

Run as ``python -m training measure``. Pictures are the two that no network has seen.
"""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from torch import nn

from training import networks
from training.patches import shrink
from training.photographs import Picture
from training.pictures import SHOTS, crop
from training.recipes import MODELS, RECIPES, recipe

README = Path(__file__).with_name("README.md")
SIGMAS = (10, 20, 30, 40, 50, 60)
ALPHAS = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)

Restorer = Callable[[Picture], Picture]


def psnr(picture: Picture, reference: Picture) -> float:
    """Give the peak signal-to-noise ratio in dB over all channels; both in [0, 1]."""
    return float(-10 * np.log10(np.mean((picture - reference) ** 2, dtype=np.float64)))


def noisy(picture: Picture, sigma: float, seed: int = 0) -> Picture:
    """Add noise to a picture as site.yaml's `noise` defines it: neither rounded nor clipped."""
    grain = np.random.default_rng(seed).normal(0, sigma, picture.shape)
    return (picture + grain / 255).astype(np.float32)


def small(picture: Picture, factor: int = 4) -> Picture:
    """Downscale a picture by a box filter."""
    tensor = torch.from_numpy(picture).permute(2, 0, 1)[None]
    return shrink(factor)(tensor, torch.Generator())[0].permute(1, 2, 0).numpy()


def detail(picture: Picture) -> float:
    """Measure high frequencies: the mean square of green's four-neighbour Laplacian."""
    green = picture[..., 1].astype(np.float64)
    inner = green[1:-1, 1:-1]
    laplacian = green[:-2, 1:-1] + green[2:, 1:-1] + green[1:-1, :-2] + green[1:-1, 2:] - 4 * inner
    return float(np.mean(laplacian**2))


def held_out() -> list[Picture]:
    """Give the demo pictures that were kept out of training."""
    return [crop(shot) for shot in SHOTS if shot.held_out]


def denoising() -> str:
    """Tabulate, in Markdown, the mean PSNR of mixes, blends and controls by noise."""
    first, second = (networks.load(recipe(n).path) for n in ("denoise-20", "denoise-60"))
    rows: dict[str, Restorer] = {"noisy picture": lambda picture: picture}
    for alpha in ALPHAS:
        rows[f"mix, α {alpha}"] = _runner(networks.mixed(first, second, alpha))
    for alpha in (0.4, 0.6):
        rows[f"pixel blend, α {alpha}"] = _blender(first, second, alpha)
    for name in ("denoise-joint", "denoise-30", "denoise-40", "denoise-50"):
        rows[f"`{name}`"] = _runner(networks.load(recipe(name).path))
    pictures = held_out()
    lines = [f"| σ | {' | '.join(map(str, SIGMAS))} |", "|---" * (len(SIGMAS) + 1) + "|"]
    for title, restore in rows.items():
        means = (np.mean([psnr(restore(noisy(p, sigma)), p) for p in pictures]) for sigma in SIGMAS)
        lines.append(f"| {title} | {' | '.join(f'{mean:.2f}' for mean in means)} |")
    return "\n".join(lines)


def super_resolution() -> str:
    """Tabulate, in Markdown, mean PSNR and high-frequency energy, relative to the photograph's."""
    first, second = (networks.load(recipe(n).path) for n in ("sr-fidelity", "sr-texture"))
    lines = ["| α | PSNR in dB | high frequencies |", "|---|---|---|"]
    for alpha in ALPHAS:
        network = networks.mixed(first, second, alpha)
        outputs = [(networks.run(network, small(p)), p) for p in held_out()]
        fidelity = np.mean([psnr(out, p) for out, p in outputs])
        share = np.mean([detail(out) / detail(p) for out, p in outputs])
        lines.append(f"| {alpha} | {fidelity:.2f} | {share:.0%} |")
    return "\n".join(lines)


def table_of_networks() -> str:
    """Tabulate, in Markdown, the demo's networks as their recipes have them."""
    lines = [
        "| network | title | from | trained with | steps | rate | file |",
        "|---|---|---|---|---|---|---|",
    ]
    for each in RECIPES:
        if each.folder == MODELS:
            loss = "critic" if each.adversarial else "L1"
            patches = f"{each.count} × {each.side}², {loss}"
            parent = f"`{each.parent}`" if each.parent else "scratch"
            size = f"{each.path.stat().st_size / 1000:.0f} KB"
            lines.append(
                f"| `{each.name}` | {each.title} | {parent} | {patches} "
                f"| {each.steps} | {each.rate:g} | {size} |"
            )
    return "\n".join(lines)


def styles() -> str:
    """Tabulate, in Markdown, how near each imitator comes to its teacher, as mean PSNR."""
    lines = ["| network | photograph itself, dB | network, dB |", "|---|---|---|"]
    for each in RECIPES:
        if each.teacher and each.folder == MODELS:
            network = networks.load(each.path)
            wanted = [(p, each.teacher(p)) for p in held_out()]
            before = np.mean([psnr(p, target) for p, target in wanted])
            after = np.mean([psnr(networks.run(network, p), target) for p, target in wanted])
            lines.append(f"| `{each.name}` | {before:.2f} | {after:.2f} |")
    return "\n".join(lines)


def write_figures(path: Path, name: str, table: str) -> None:
    """Put a table between the comments `<!-- NAME -->` and `<!-- /NAME -->` of a Markdown file.

    :raises ValueError: the file lacks them
    """
    text = path.read_text(encoding="utf-8")
    opening, closing = f"<!-- {name} -->", f"<!-- /{name} -->"
    before, rest = text[: text.index(opening)], text[text.index(closing) :]
    path.write_text(f"{before}{opening}\n\n{table}\n\n{rest}", encoding="utf-8")


def report() -> None:
    """Write the figures into README.md."""
    torch.set_num_threads(1)
    write_figures(README, "networks", table_of_networks())
    write_figures(README, "denoising", denoising())
    write_figures(README, "super-resolution", super_resolution())
    write_figures(README, "styles", styles())


def _runner(network: nn.Module) -> Restorer:
    return lambda picture: networks.run(network, picture)


def _blender(first: nn.Module, second: nn.Module, alpha: float) -> Restorer:
    return lambda p: (1 - alpha) * networks.run(first, p) + alpha * networks.run(second, p)
