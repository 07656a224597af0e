"""`python -m training NAME…`: train networks by name, or whole groups; `all` makes everything."""

import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from training import kinship, measure, pictures
from training.recipes import FIXTURES, RECIPES, generations, train

PROCESSES = 2
NETWORKS = [each.name for each in RECIPES]


def main(arguments: list[str]) -> int:
    """Do what is named, in that order; without a name, say what there is."""
    if not arguments or not set(arguments) <= set(JOBS):
        print(f"usage: python -m training NAME…\nnames: {', '.join(JOBS)}", file=sys.stderr)
        return 2
    start = time.perf_counter()
    if networks := [name for name in arguments if name in NETWORKS]:
        _train(*networks)()
    for argument in arguments:
        if argument not in networks:
            JOBS[argument]()
    print(f"done in {(time.perf_counter() - start) / 60:.1f} minutes")
    return 0


def _train(*names: str) -> Callable[[], None]:
    def job() -> None:
        with ProcessPoolExecutor(PROCESSES, get_context("spawn")) as pool:
            for generation in generations(names):
                list(pool.map(train, generation))

    return job


def _all() -> None:
    for name in ("pictures", "fixtures", "demo", "measure", "kinship"):
        JOBS[name]()


JOBS: dict[str, Callable[[], None]] = {
    "all": _all,
    "pictures": pictures.write,
    "fixtures": _train(*(each.name for each in RECIPES if each.folder == FIXTURES)),
    "demo": _train(*(each.name for each in RECIPES if each.folder != FIXTURES)),
    "measure": measure.report,
    "kinship": kinship.report,
    **{name: _train(name) for name in NETWORKS},
}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
