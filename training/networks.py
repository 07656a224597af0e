"""Compact networks: build, load, save, mix, run.

The module is spandrel's own (SRVGGNetCompact: 3×3 convolutions with PReLU, added to the input
enlarged by nearest neighbour), so what is trained is what is run.
"""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file
from spandrel import ImageModelDescriptor, ModelLoader
from spandrel.architectures.Compact import Compact
from torch import Tensor, nn
from torch.nn import functional

from training.photographs import Picture

State = dict[str, Tensor]


def build(features: int, convs: int, scale: int, channels: int, seed: int) -> Compact:
    """Build a fresh network whose output starts close to its (enlarged) input."""
    torch.manual_seed(seed)
    network = Compact(
        num_in_ch=channels, num_out_ch=channels, num_feat=features, num_conv=convs, upscale=scale
    )
    for layer in network.body:
        if isinstance(layer, nn.Conv2d):
            nn.init.kaiming_normal_(layer.weight, a=0.25, nonlinearity="leaky_relu")
            nn.init.zeros_(layer.bias)
    with torch.no_grad():
        network.body[-1].weight.mul_(0.1)
    return network


def load(path: Path) -> Compact:
    """Read the network of a weights file, on the CPU in float32.

    :raises TypeError: the file holds another architecture
    """
    descriptor = ModelLoader("cpu").load_from_file(path)
    if not isinstance(descriptor, ImageModelDescriptor) or not isinstance(
        descriptor.model, Compact
    ):
        raise TypeError(f"{path}: not a Compact network")
    return descriptor.model.float()


def save(network: nn.Module, path: Path, **metadata: str) -> None:
    """Write float16 weights; they move the output by about 0.1 of 255 levels."""
    path.parent.mkdir(parents=True, exist_ok=True)
    halves = {
        name: value.detach().half().contiguous() for name, value in network.state_dict().items()
    }
    # One entry: safetensors writes several in an order that differs from run to run.
    save_file(halves, path, metadata={"training": json.dumps(metadata, sort_keys=True)})
    path.chmod(0o644)


def mix(states: Sequence[State], weights: Sequence[float]) -> State:
    """Mix weights as deep network interpolation does (Wang et al., arXiv 1811.10515): sum w · θ."""
    return {
        name: sum(w * state[name].float() for w, state in zip(weights, states, strict=True))
        for name in states[0]
    }


def mixed(first: Compact, second: Compact, alpha: float) -> Compact:
    """Make a new network with weights (1 - alpha) · first + alpha · second."""
    network = build_like(first)
    network.load_state_dict(mix([first.state_dict(), second.state_dict()], [1 - alpha, alpha]))
    return network


def build_like(network: Compact) -> Compact:
    """Build an untrained network of the same shape."""
    shape = (network.num_feat, network.num_conv, network.upscale, network.num_in_ch)
    return build(*shape, seed=0)


def run(network: nn.Module, picture: Picture, margin: int = 12) -> Picture:
    """Give the network's output for one picture (H × W × C), clipped to [0, 1].

    The picture is reflected at its edges by `margin` pixels, because the convolutions' zero
    padding spoils the outermost ones.
    """
    tensor = torch.from_numpy(np.ascontiguousarray(picture)).permute(2, 0, 1)[None].float()
    with torch.inference_mode():
        out = network(functional.pad(tensor, (margin,) * 4, mode="reflect"))
    edge = margin * (out.shape[-1] // (tensor.shape[-1] + 2 * margin))
    out = out[..., edge : out.shape[-2] - edge, edge : out.shape[-1] - edge]
    return out[0].clamp(0, 1).permute(1, 2, 0).contiguous().numpy()
