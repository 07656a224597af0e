"""The boundary: commands are chosen by name, and only the chosen one is loaded."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from support.build import Run

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


WORDS = {
    "interpolate": ["a.pth", "b.pth", "--alpha", "0", "-o", "c.safetensors"],
    "inspect": ["a.pth", "b.pth"],
    "new": ["folder"],
    "import": ["folder"],
}
"""What commands cannot do without."""

BUILDING = {
    "--config": "site.yaml",
    "--output": "_site",
    "--base-url": "site.url",
    "--device": "render.device, else auto",
    "--engine": "local",
}
DEFAULTS: dict[str, dict[str, str]] = {
    "new": {"--models": "two of ours", "--inputs": "one of ours"},
    "import": {"--config": "site.yaml"},
    "build": BUILDING,
    "check": {"--config": "site.yaml"},
    "serve": {**BUILDING, "--port": "8000"},
    "inspect": {"--on": "none, only weights are looked at"},
    "clean": {"--config": "site.yaml", "--output": "_site"},
}
"""What is meant where an option with a value is not typed."""


def commands() -> list[str]:
    (choices,) = (action.choices for action in parser()._actions if action.dest == "command")
    return list(choices or ())


def test_help_loads_nothing_of_what_commands_need() -> None:
    done = subprocess.run([sys.executable, "-c", HELP], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.count("usage: ")) == (0, 3), done.stderr


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("/usr/bin/alphagrid", "alphagrid"),
        ("alphagrid.exe", "alphagrid"),
        ("generator/__main__.py", "python -m generator"),
    ],
)
def test_without_arguments_the_commands_are_told(
    typed: str, name: str, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", [typed])
    status, out, err = run()
    assert (status, out) == (2, "")
    assert err.startswith(f"usage: {name} [")
    for command in commands():
        assert re.search(rf"^  {command} +[a-z].+\.$", err, re.MULTILINE), command
    examples = err.partition("examples:\n")[2].splitlines()
    assert len(examples) == 3
    for line in examples:
        assert line.startswith(f"  {name} ")
        parser().parse_args(line.removeprefix(f"  {name} ").split())


@pytest.mark.parametrize(
    ("words", "usage", "complaint"),
    [
        ("biuld", "build", "unknown command 'biuld' (did you mean 'build'?)"),
        ("interpolat a.pth b.pth --alpha 1", "interpolate", "(did you mean 'interpolate'?)"),
        ("zzz", "[-h]", "unknown command 'zzz'; possible: new, import, build, check, serve, "),
        ("--verson", "[-h]", "unknown option '--verson' (did you mean '--version'?)"),
        ("build --forse", "build", "unknown option '--forse' (did you mean '--force'?)"),
        ("build --confg=x", "build", "unknown option '--confg' (did you mean '--config'?)"),
        ("check -strict", "check", "unknown option '-strict' (did you mean '--strict'?)"),
        ("interpolate a b --alhpa 1 -o c", "interpolate", "(did you mean '--alpha'?)"),
        ("new --modles w", "new", "unknown option '--modles' (did you mean '--models'?)"),
        ("serve --zzz", "serve", "unknown option '--zzz'"),
        ("clean -z", "clean", "unknown option '-z'"),
        ("check site.yaml", "check", "unexpected 'site.yaml'"),
    ],
)
def test_a_misspelt_word_is_said_with_what_was_meant(
    words: str, usage: str, complaint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(words.split())
    out, err = capsys.readouterr()
    assert (ended.value.code, out) == (2, "")
    assert err.startswith(f"usage: python -m generator {usage} ")
    assert err.count("usage: ") == 1
    last = err.splitlines()[-1]
    assert ": error: " in last
    assert complaint in last
    if "did you mean" not in complaint:
        assert "did you mean" not in last


@pytest.mark.parametrize(
    "words",
    [
        "interpolate a b --weights -0.5 1.5 --extrap -o c",
        "interpolate a b --alpha=-.5 -oc",
        "build -qcsite.yaml -o=-x --base-url=--x",
        "inspect --json -- --odd-name",
        "check --strict",
    ],
)
def test_what_is_spelt_well_is_taken(
    words: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("generator.manifest.fields.check_site_address", str)
    assert parser().parse_args(words.split()).command == words.split()[0]


def test_what_to_type_next_is_said_as_it_was_typed(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["/usr/bin/alphagrid", "new", "mine"])
    assert "build it: alphagrid build -c mine" in run("new", "mine")[1]


@pytest.mark.parametrize("command", commands())
def test_help_shows_defaults_and_one_example(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main([command, "--help"])
    shown = capsys.readouterr().out
    assert ended.value.code == 0
    usage = f"  python -m generator {command}"
    (example,) = shown.partition("example:\n")[2].splitlines()
    assert example.startswith(usage)
    words = example.removeprefix("  python -m generator ").partition(" >")[0].split()
    assert parser().parse_args(words).command == command

    told = " ".join(shown.split())
    for option, default in DEFAULTS.get(command, {}).items():
        assert re.search(rf" {option} [A-Z{{][^-]*default: {re.escape(default)}( |$)", told), option


def test_the_defaults_that_are_told_are_those_that_are_meant() -> None:
    """Of what takes a value; where argparse has none, the manifest or the command knows better."""
    for command, told in DEFAULTS.items():
        options = vars(parser().parse_args([command, *WORDS.get(command, [])]))
        for option, default in told.items():
            value = options[option.strip("-").replace("-", "_")]
            assert str(value) == default or not value, (command, option)


@pytest.mark.parametrize("command", commands())
def test_every_command_is_a_module_that_runs(
    command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    module = "import_" if command == "import" else command
    monkeypatch.setattr(f"generator.commands.{module}.run", lambda options: len(options.command))
    assert main([command, *WORDS.get(command, [])]) == len(command)


def test_the_schema_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schema"]) == 0
    assert capsys.readouterr().out.startswith("{\n")
