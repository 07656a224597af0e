"""The boundary: commands are chosen by name, and only the chosen one is loaded."""

from __future__ import annotations

import subprocess
import sys

import pytest

from generator.commands.arguments import parser
from generator.commands.main import main

HELP = """
import sys
from generator.commands.main import main
for arguments in (["--help"], ["build", "--help"], ["serve", "--help"], ["--version"], []):
    try:
        main(arguments)
    except SystemExit:
        pass
sys.exit(", ".join({"torch", "jinja2", "pydantic", "numpy", "PIL", "rich"} & set(sys.modules)) or 0)
"""


def commands() -> list[str]:
    (choices,) = (action.choices for action in parser()._actions if action.dest == "command")
    return list(choices or ())


def test_help_loads_nothing_of_what_commands_need() -> None:
    done = subprocess.run([sys.executable, "-c", HELP], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.count("usage: ")) == (0, 3), done.stderr


@pytest.mark.parametrize("command", commands())
def test_every_command_is_a_module_that_runs(
    command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    words = {
        "interpolate": ["a.pth", "b.pth", "--alpha", "0", "-o", "c.safetensors"],
        "inspect": ["a.pth", "b.pth"],
        "new": ["folder"],
        "import": ["folder"],
    }
    module = "import_" if command == "import" else command
    monkeypatch.setattr(f"generator.commands.{module}.run", lambda options: len(options.command))
    assert main([command, *words.get(command, [])]) == len(command)


def test_the_schema_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schema"]) == 0
    assert capsys.readouterr().out.startswith("{\n")
