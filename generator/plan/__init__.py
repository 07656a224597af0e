"""From a manifest and the info about its files to every frame of the site. Pure."""

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
from generator.plan.info import File
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
