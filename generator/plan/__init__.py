"""From a manifest and the facts about its files to every frame of the site. Pure."""

from generator.plan.comparisons import ComparisonPlan, Plan, Shown, make_plan
from generator.plan.frames import (
    Blend,
    Encoding,
    File,
    Frame,
    Input,
    Job,
    Measurement,
    Mix,
    Network,
    Noise,
    Original,
    Picture,
    Recipe,
    Resample,
)

__all__ = [
    "Blend",
    "ComparisonPlan",
    "Encoding",
    "File",
    "Frame",
    "Input",
    "Job",
    "Measurement",
    "Mix",
    "Network",
    "Noise",
    "Original",
    "Picture",
    "Plan",
    "Recipe",
    "Resample",
    "Shown",
    "make_plan",
]
