"""From a manifest and the info about its files to every frame of the site. Pure."""

from generator.plan.comparisons import ComparisonPlan, Plan, PlannedExport, PlannedFrame
from generator.plan.frames import (
    Blend,
    ByGroup,
    Classic,
    Coefficient,
    Encoding,
    Frame,
    Input,
    Job,
    Measurement,
    Mix,
    Network,
    Noise,
    Picture,
    Recipe,
)
from generator.plan.info import File
from generator.plan.planner import make_plan

__all__ = [
    "Blend",
    "ByGroup",
    "Classic",
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
    "Picture",
    "Plan",
    "PlannedExport",
    "PlannedFrame",
    "Recipe",
    "make_plan",
]
