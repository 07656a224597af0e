"""How the demo's networks and pictures were made. The product never imports this package.

``python -m training all`` makes everything again on two CPU cores; README.md has the details.

=============  ==================================================================
`photographs`  the pictures: where they come from, which are held out
`pictures`     writes the demo's pictures and masks, and their credits
`patches`      random crops, augmentation, noise and downscaling
`teachers`     filters a network learns to imitate: woodblock, pencil, night …
`networks`     building, loading, saving, mixing and running a Compact network
`loop`         the training loop, plain and adversarial
`recipes`      one table: every network, its parent, data, steps and learning rate
`measure`      the figures of README.md
`kinship`      the experiment behind the thresholds of ``inspect``
=============  ==================================================================
"""
