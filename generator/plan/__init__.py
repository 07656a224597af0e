"""From a manifest and the info about its files to every frame of the site. Pure."""

from generator.plan.comparisons import ComparisonPlan, Plan, PlannedExport, PlannedFrame
from generator.plan.frames import (
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
    "PlannedFrame",
    "Recipe",
    "Resample",
    "Resampling",
    "make_plan",
]
