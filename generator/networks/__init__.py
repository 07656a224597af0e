"""Everything that runs networks. Only this package imports torch and spandrel."""

import os

# Threads of torch wait for each other by spinning, which burns the cores that encoders and other
# programs need: beside a busy neighbour networks were seen to run three times slower for it. The
# runtime reads this once, when torch is first imported, so it is said here; the user's own
# setting wins.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
