"""Closed lists that an author chooses from, one entry each: formats, classic recipes, measures.

An entry holds what can be said without the thing itself. What works on pixels has the same name in
``generator.images``; tests hold the two together.
"""
