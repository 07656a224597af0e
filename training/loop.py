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
        loss = functional.l1_loss(network(degrade(source, patches.generator)), target)
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

    The sum of 0.02 × hinge adversarial loss, 0.1 × L1 to the target, 0.1 × L1 between the critic's
    features of output and target, and L1 between the degraded output and the input: texture is
    free, but what the small picture shows is not.
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
        output = network(degraded)

        *_, real_score = critic(target)
        *_, fake_score = critic(output.detach())
        critic_loss = (
            functional.relu(1 - real_score).mean() + functional.relu(1 + fake_score).mean()
        )
        _step(critic, critic_optimizer, critic_loss)

        critic.requires_grad_(False)
        *features, score = critic(output)
        with torch.no_grad():
            *wanted, _ = critic(target)
        matching = torch.stack(
            [functional.l1_loss(f, w) for f, w in zip(features, wanted, strict=True)]
        ).mean()
        loss = (
            -0.02 * score.mean()
            + 0.1 * functional.l1_loss(output, target)
            + 0.1 * matching
            + functional.l1_loss(degrade(output, patches.generator), degraded)
        )
        _step(network, optimizer, loss)
        critic.requires_grad_(True)
        schedule.step()
        yield loss.item()
    network.eval()


class Critic(nn.Module):
    """Scores every patch of 16 × 16 pixels: high for photographs, low for a network's output.

    PatchGAN with spectral normalisation. Calling it gives the features of each hidden layer and,
    last, the scores.
    """

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.ModuleList(
            [
                spectral_norm(nn.Conv2d(3, 32, 3, 1, 1)),
                spectral_norm(nn.Conv2d(32, 64, 4, 2, 1)),
                spectral_norm(nn.Conv2d(64, 64, 4, 2, 1)),
                spectral_norm(nn.Conv2d(64, 1, 3, 1, 1)),
            ]
        )

    def forward(self, picture: Tensor) -> list[Tensor]:
        """Features of the hidden layers, then scores; the picture is (N, 3, H, W) in [0, 1]."""
        results = []
        x = picture * 2 - 1
        for layer in self.layers[:-1]:
            x = functional.leaky_relu(layer(x), 0.2)
            results.append(x)
        return [*results, self.layers[-1](x)]


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
