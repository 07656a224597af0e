"""The page "What can go wrong": each message on it is provoked, and printed as it stands there."""

from __future__ import annotations

import re
import shutil
import signal
import socket
import zipfile
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import pytest
import torch
from PIL import Image
from safetensors.torch import load_file, save_file
from support import networks as support
from support.build import DATA, Run, edit
from support.networks import shifting

from generator.commands import build as build_module
from generator.commands.main import main
from generator.networks.running import memory
from generator.networks.running import runner as run_module
from generator.store import Store

PAGE = Path(__file__).parents[2] / "content/what-can-go-wrong.md"
MESSAGES = re.findall(r"^```text\n(.*?)\n```$", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)


class Scene(ExitStack):
    """What a test patches, and what it closes at its end."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        super().__init__()
        self.patch = patch


Provoke = Callable[[Scene], "tuple[str, ...] | None"]
"""Brings trouble about in the current folder; returns the command to run, ``build`` by default."""

CASES: dict[str, Provoke] = {}


def case(part: str) -> Callable[[Provoke], Provoke]:
    """Mark what provokes the message that holds ``part``."""

    def keep(provoke: Provoke) -> Provoke:
        CASES[part] = provoke
        return provoke

    return keep


def edits(*changes: tuple[str, str]) -> Provoke:
    def provoke(_: Scene) -> None:
        for old, new in changes:
            edit(old, new)

    return provoke


def page(text: str) -> Provoke:
    def provoke(_: Scene) -> None:
        Path("content").mkdir()
        shutil.copy("photo.png", "content")
        Path("content/index.md").write_text(f"# Home\n\n{text}\n")

    return provoke


CASES |= {
    "no such file: 'foto.png'": edits(("path: photo.png", "path: foto.png")),
    "unknown key": edits(("alphas:", "alpas:")),
    "not valid YAML": edits(("[0, 0.5, 1]", "[0, 0.5")),
    "expected text": edits(("title: Test site", "title: 2026")),
    "no model is called": edits(("models: [a, b]", "models: [aa, b]")),
    "differ in case only": edits(("models: {a:", "models: {A: tiny_a.safetensors, a:")),
    "is outside 0 to 1": edits(("[0, 0.5, 1]", "[0, 1.5]")),
    "no comparison uses": edits(
        ("[a, b]", "[a, a2]"), ("input, a, b]", "input]"),
        ("models: {", "models: {a2: tiny_a.safetensors, "),
    ),
    "no comparison is called": page("/// comparison | mixx\n///"),
    "broken link": page("[x](gone.md)"),
    "without a text alternative": page("![](photo.png)"),
    "is elsewhere": page("![A cat](https://example.org/cat.png)"),
    "has sha256": edits(("safetensors, title: Soft", f"safetensors, sha256: '{'0' * 64}'")),
    "the crop reaches": edits(("title: Photo,", "title: Photo, crop: [0, 0, 2000, 100],")),
    "the reference is": edits(("reference: photo.png", "reference: small.png")),
    "usable GPU(s)": edits(("site:", "render: {device: 'cuda:7'}\nsite:")),
}  # fmt: skip


@case("and --strict")
def _(scene: Scene) -> tuple[str, ...]:
    page("[x](gone.md)")(scene)
    return "build", "--strict"


@case("cannot be mixed")
def _(_: Scene) -> None:
    shutil.copy(DATA / "tiny_x4_a.safetensors", ".")
    edit("models: {", "models: {x4: tiny_x4_a.safetensors, ")
    edit("models: [a, b]", "models: [a, x4]")


@case("are broken pictures")
def _(_: Scene) -> None:
    shutil.copy(DATA / "tiny_other.safetensors", ".")
    edit("models: {", "models: {stranger: tiny_other.safetensors, ")
    edit("models: [a, b]", "models: [a, stranger]")


@case("shift colours")
def _(_: Scene) -> None:
    for path, name in zip(shifting(Path()), ("tiny_a", "tiny_b"), strict=True):
        path.replace(f"{name}.safetensors")


class _RunsCode:
    def __reduce__(self) -> tuple[object, ...]:
        return print, ("this ran",)


def weights(name: str) -> None:
    edit("path: tiny_b.safetensors", f"path: {name}")


@case("could run code")
def _(_: Scene) -> None:
    torch.save({**load_file("tiny_b.safetensors"), "more": _RunsCode()}, "stranger.pth")
    weights("stranger.pth")


@case("no architecture that spandrel knows")
def _(_: Scene) -> None:
    save_file({"weight": torch.zeros(3)}, "odd.safetensors")
    weights("odd.safetensors")


@case("Git LFS pointer")
def _(_: Scene) -> None:
    text = "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n"
    Path("lfs.safetensors").write_text(text)
    weights("lfs.safetensors")


@case("far more than weights do")
def _(_: Scene) -> None:
    with zipfile.ZipFile("bomb.pth", "w", zipfile.ZIP_DEFLATED, compresslevel=1) as bomb:
        bomb.writestr("bomb/data.pkl", bytes(2**27))
    weights("bomb.pth")


@case("counts on to a layer")
def _(_: Scene) -> None:
    more = {"body.2000000.weight": torch.zeros(3, 16, 3, 3)}
    save_file(load_file("tiny_b.safetensors") | more, "tiny_b.safetensors")


@case("would be below zero")
def _(_: Scene) -> None:
    for seed, name in enumerate(("tiny_a", "tiny_b")):
        support.write(Path(f"{name}.safetensors"), lambda: support.dncnn(mode="BR"), seed)
    edit("alphas: [0, 0.5, 1]", "alphas: [0, 9], extrapolate: true")


@case("the output is not a number")
def _(_: Scene) -> None:
    state = {key: value * float("nan") for key, value in load_file("tiny_b.safetensors").items()}
    save_file(state, "tiny_b.safetensors")


@case("not a picture of a known format")
def _(_: Scene) -> None:
    Path("photo.png").write_text("a text")


def _halve(name: str) -> None:
    data = Path(name).read_bytes()
    Path(name).write_bytes(data[: len(data) // 2])


@case("damaged or unusual")
def _(_: Scene) -> None:
    _halve("photo.png")


CASES["4 frames could not be made"] = CASES["damaged or unusual"]


@case("more than 500 megapixels")
def _(_: Scene) -> None:
    Path("photo.png").write_bytes(b"P6 100000 100000 255\n")


@case("even in small tiles")
def _(scene: Scene) -> None:
    def full(*_: object, **__: object) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory")

    scene.patch.setattr(run_module, "_whole", full)
    scene.patch.setattr(run_module, "run_tiled", full)


@case("runs on whole pictures")
def _(scene: Scene) -> None:
    CASES["even in small tiles"](scene)
    for seed, name in enumerate(("tiny_a", "tiny_b")):
        support.write(Path(f"{name}.safetensors"), support.swinir, seed)
    edit("reference: photo.png, ", "")


@case("takes at least")
def _(scene: Scene) -> None:
    scene.patch.setattr(memory, "available", lambda: 1e4)


@case("No space left on device")
def _(scene: Scene) -> None:
    replace = Path.replace

    def full(self: Path, target: Path) -> Path:
        if target.suffix == ".webp":
            raise OSError(28, "No space left on device")
        return replace(self, target)

    scene.patch.setattr(Path, "replace", full)


@case("is in use by process")
def _(scene: Scene) -> None:
    scene.enter_context(Store(Path.cwd() / ".cache").locked())


def _while_rendering(scene: Scene, event: Callable[[], object]) -> None:
    render = build_module.render

    def disturbed(*arguments: object, **options: object) -> object:
        event()
        return render(*arguments, **options)  # type: ignore[arg-type]

    scene.patch.setattr(build_module, "render", disturbed)


@case("changed while the site was built")
def _(scene: Scene) -> None:
    _while_rendering(scene, Path("photo.png").touch)


@case("interrupted")
def _(scene: Scene) -> None:
    _while_rendering(scene, lambda: signal.raise_signal(signal.SIGINT))


@case("which no build has written")
def _(_: Scene) -> None:
    Path("_site").mkdir()
    Path("_site/thesis.txt").touch()


@case("leads out of the project")
def _(_: Scene) -> None:
    Path("../notes.md").write_text("# Notes")
    Path("content").mkdir()
    Path("content/notes.md").symlink_to("../../notes.md")


@case("is not as a build wrote it")
def _(_: Scene) -> None:
    assert main(["build", "-q"]) == 0
    Path("_site/index.html").write_text("by hand")


@case("was built by an older version")
def _(_: Scene) -> None:
    Path("_site").mkdir()
    Path("_site/.alphagrid").write_text('{"alphagrid": 1, "files": ["index.html"]}')


@case("cannot be written over")
def _(scene: Scene) -> tuple[str, ...]:
    page("Text")(scene)
    return "build", "-o", "content"


@case("may not be written")
def _(scene: Scene) -> tuple[str, ...]:
    Path("out").mkdir()
    scene.patch.setattr("os.access", lambda path, _: Path(path).name != "out")
    return "build", "-o", "out/site"


@case("port …")
def _(scene: Scene) -> tuple[str, ...]:
    taken = scene.enter_context(socket.create_server(("127.0.0.1", 0)))
    return "serve", "--port", str(taken.getsockname()[1])


@case("a defect in alphagrid")
def _(scene: Scene) -> None:
    scene.patch.setattr(build_module, "open_project", None)


@pytest.mark.parametrize("message", MESSAGES)
def test_a_message_on_the_page_is_printed_as_it_stands_there(
    project: Path, run: Run, monkeypatch: pytest.MonkeyPatch, message: str
) -> None:
    with Image.open("photo.png") as picture:
        picture.resize((32, 24)).save("small.png")
    (provoke,) = (provoke for part, provoke in CASES.items() if part in message)
    with Scene(monkeypatch) as scene:
        status, _, err = run(*(provoke(scene) or ("build",)))
    pattern = re.compile(".*".join(re.escape(part) for part in message.split("…")))
    assert any(pattern.search(line) for line in err.splitlines()), err
    assert "Traceback" not in err
    assert (status == 0) == all(re.search("(warning|note): ", line) for line in err.splitlines())


def test_nothing_is_provoked_that_the_page_does_not_tell() -> None:
    assert len(MESSAGES) == len(set(MESSAGES)) == len(CASES)
    assert [part for part in CASES if not any(part in message for message in MESSAGES)] == []
