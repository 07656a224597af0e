"""The output folder: assets, templates, feeds; staged aside, put in place in one step."""
