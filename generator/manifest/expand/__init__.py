"""Globs, written out: a manifest after loading is as if its author had named every file and id.

What a glob stands for has the glob's place in the file: problems point there.
"""
