"""`python -m training NAME…`: train networks by name, or `fixtures`, `pictures`, `all`."""

import sys

from training import pictures
from training.recipes import FIXTURES, RECIPES, train


def main(arguments: list[str]) -> int:
    """Make what is named; without a name, say what there is."""
    groups = {
        "fixtures": [r.name for r in RECIPES if r.folder == FIXTURES],
        "demo": [r.name for r in RECIPES if r.folder != FIXTURES],
    }
    names = [each.name for each in RECIPES]
    known = ["all", "pictures", *groups, *names]
    if not arguments or not set(arguments) <= set(known):
        print(f"usage: python -m training NAME…\nnames: {', '.join(known)}", file=sys.stderr)
        return 2
    for argument in arguments:
        if argument in ("all", "pictures"):
            pictures.write()
        wanted = names if argument == "all" else groups.get(argument, [argument])
        for name in wanted:
            if name != "pictures":
                print(f"{train(name)} written", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
