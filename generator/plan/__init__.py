"""From a manifest and the facts about its files to every frame of the site. Pure."""

from generator.facts import File
from generator.plan.comparisons import ComparisonPlan, Plan, PlannedExport, Shown
from generator.plan.frames import (
    FIXES,
    Blend,
    ByGroup,
    Coefficient,
    Encoding,
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
    Resampling,
)
from generator.plan.planner import make_plan

__all__ = [
    "FIXES",
    "Blend",
    "ByGroup",
    "Coefficient",
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
    "PlannedExport",
    "Recipe",
    "Resample",
    "Resampling",
    "Shown",
    "make_plan",
]
