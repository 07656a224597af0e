"""A project: manifest, cache, what is known about its files, and the plan that follows."""
