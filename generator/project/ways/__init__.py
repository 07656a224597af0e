"""The ways in which people keep pictures that other programs made, and the manifest for each.

Every way is a function from what lies in a folder to a ``Reading``, or to None where nothing is
kept so; ``read.py`` takes the one that explains most files.
"""
