"""The training loop, plain (L1) and adversarial."""

import math
from collections.abc import Callable, Iterator

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils.parametrizations import spectral_norm

from training.patches import Degradation, Patches

WARM_UP = 50


def fit(
    network: nn.Module, patches: Patches, degrade: Degradation, *, steps: int, rate: float
) -> Iterator[float]:
    """Train in place on the mean absolute error; yields the loss of each step.

    Adam with a warm-up of 50 steps, then a cosine that ends at 2 % of `rate`; gradients are
    clipped to norm 1.
    """
    network.train().to(memory_format=torch.channels_last)
    optimizer = torch.optim.Adam(network.parameters(), rate, betas=(0.9, 0.99))
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, _cosine(steps))
    for _ in range(steps):
        source, target = patches.batch()
        with _half():
            output = network(degrade(source, patches.generator))
        loss = functional.l1_loss(output.float(), target)
        _step(network, optimizer, loss)
        schedule.step()
        yield loss.item()
    network.eval()


def fit_adversarially(
    network: nn.Module,
    patches: Patches,
    degrade: Degradation,
    *,
    steps: int,
    rate: float,
    seed: int,
) -> Iterator[float]:
    """Train in place against a critic that judges patches; yields the generator's loss.

    The sum of 0.02 × hinge adversarial loss, 0.3 × L1 between the critic's features of output and
    target, L1 between the degraded output and the input, and L1 to the target weighted by 0.4 on
    texture to 2.4 on smooth ground: texture is free, but what the small picture shows is not, and
    walls stay smooth.
    """
    network.train().to(memory_format=torch.channels_last)
    torch.manual_seed(seed)
    critic = Critic().to(memory_format=torch.channels_last)
    optimizer = torch.optim.Adam(network.parameters(), rate, betas=(0.9, 0.99))
    critic_optimizer = torch.optim.Adam(critic.parameters(), 4e-4, betas=(0.5, 0.99))
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, _cosine(steps))
    for _ in range(steps):
        source, target = patches.batch()
        degraded = degrade(source, patches.generator)
        with _half():
            output = network(degraded).float()
            real, fake = _shifted(target, output, patches.generator)
            real_score = critic(real)[-1].float()
            fake_score = critic(fake.detach())[-1].float()
        critic_loss = (
            functional.relu(1 - real_score).mean() + functional.relu(1 + fake_score).mean()
        )
        _step(critic, critic_optimizer, critic_loss)

        critic.requires_grad_(False)
        with _half():
            *features, score = critic(fake)
            with torch.no_grad():
                *wanted, _ = critic(real)
        matching = torch.stack(
            [
                functional.l1_loss(f.float(), w.float())
                for f, w in zip(features, wanted, strict=True)
            ]
        ).mean()
        loss = (
            -0.02 * score.float().mean()
            + (_caution(target) * (output - target).abs()).mean()
            + 0.3 * matching
            + functional.l1_loss(degrade(output, patches.generator), degraded)
        )
        _step(network, optimizer, loss)
        critic.requires_grad_(True)
        schedule.step()
        yield loss.item()
    network.eval()


class Critic(nn.Module):
    """Scores every patch of 16 × 16 pixels: high for photographs, low for a network's output.

    PatchGAN with spectral normalisation. It sees the picture and its amplified fine detail, in
    which a faint grid on a smooth wall is as plain as an edge. Calling it gives the features of
    each hidden layer and, last, the scores.
    """

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.ModuleList(
            [
                spectral_norm(nn.Conv2d(6, 32, 3, 1, 1)),
                spectral_norm(nn.Conv2d(32, 64, 4, 2, 1)),
                spectral_norm(nn.Conv2d(64, 64, 4, 2, 1)),
                spectral_norm(nn.Conv2d(64, 1, 3, 1, 1)),
            ]
        )

    def forward(self, picture: Tensor) -> list[Tensor]:
        """Features of the hidden layers, then scores; the picture is (N, 3, H, W) in [0, 1]."""
        results = []
        blurred = functional.avg_pool2d(picture, 5, 1, 2, count_include_pad=False)
        x = torch.cat([picture * 2 - 1, 6 * (picture - blurred)], dim=1)
        for layer in self.layers[:-1]:
            x = functional.leaky_relu(layer(x), 0.2)
            results.append(x)
        return [*results, self.layers[-1](x)]


def _caution(target: Tensor) -> Tensor:
    """Weigh each pixel: 2.4 where a 5 × 5 neighbourhood spans no range, 0.4 where it spans 0.1."""
    highest = functional.max_pool2d(target, 5, 1, 2)
    lowest = -functional.max_pool2d(-target, 5, 1, 2)
    spread = (highest - lowest).amax(dim=1, keepdim=True)
    return 0.4 + 2 * (1 - spread / 0.1).clamp(0, 1)


def _half() -> torch.autocast:
    """Compute in bfloat16 where that is safe: twice as fast on processors that have it."""
    return torch.autocast("cpu", torch.bfloat16)


def _shifted(target: Tensor, output: Tensor, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """Crop both by the same few pixels.

    The critic halves its picture twice, the network multiplies its own by four: were their grids
    always aligned, the critic would never see the dots that the network could print on its grid.
    """
    top, left = (int(torch.randint(4, (), generator=generator)) for _ in "yx")
    window = (..., slice(top, top - 4), slice(left, left - 4))
    return target[window], output[window]


def _step(module: nn.Module, optimizer: torch.optim.Optimizer, loss: Tensor) -> None:
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    nn.utils.clip_grad_norm_(module.parameters(), 1.0)
    optimizer.step()


def _cosine(steps: int) -> Callable[[int], float]:
    """Scale the learning rate: linear up to `WARM_UP`, then a cosine from 1 to 0.02."""

    def factor(step: int) -> float:
        if step < WARM_UP:
            return (step + 1) / WARM_UP
        progress = min(1.0, (step - WARM_UP) / max(1, steps - WARM_UP))
        return 0.02 + 0.49 * (1 + math.cos(math.pi * progress))

    return factor
