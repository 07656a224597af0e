"""Speed and memory, measured side by side in one run. Figures are kept in RESULTS.md.

``python -m benchmarks.render``     frames against the plain way and a well-written loop
``python -m benchmarks.shortcuts``  networks alone, with and without what the renderer spares them
``python -m benchmarks.scale``      planning and memory over the number of frames
``python -m benchmarks.folders``    check on hundreds of weights files
``python -m benchmarks.scrubbing``  the viewer against a page that fetches at every tick
"""
