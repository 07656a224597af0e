"""Texts of an author: Markdown, blocks, formulas, links."""
