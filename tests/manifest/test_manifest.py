"""site.yaml: every written form is read, every problem is located, all in one run."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.errors import ManifestError
from generator.manifest import ManifestFile, load
from generator.manifest.alphas import parse_alphas
from generator.manifest.globs import natural_key
from generator.manifest.yamlfile import parse
from generator.project.unused import unused

HEAD = "site: {title: T}\nmodels: {a: a.safetensors, b: b.safetensors, c: c.safetensors}\n"
INPUTS = "inputs: {cat: cat.png, dog: {path: dog.png, masks: {face: face.png}}}\n"


def read(folder: Path, text: str) -> ManifestFile:
    for name in ("a.safetensors", "b.safetensors", "c.safetensors"):
        (folder / name).write_bytes(name.encode())
    for name in ("cat.png", "dog.png", "face.png"):
        (folder / name).write_bytes(b"")
    (folder / "site.yaml").write_text(text, encoding="utf-8")
    return load(folder / "site.yaml", shown_as=Path("site.yaml"))


def problems(folder: Path, text: str) -> list[str]:
    with pytest.raises(ManifestError) as caught:
        read(folder, text)
    assert caught.value.exit_code == 2
    return str(caught.value).splitlines()


def interpolate(rest: str) -> str:
    return f"{HEAD}{INPUTS}comparisons:\n  x:\n    interpolate: {{models: [a, b], {rest}}}\n"


def test_defaults_of_a_minimal_manifest(tmp_path: Path) -> None:
    manifest = read(tmp_path, f"{HEAD}{INPUTS}").manifest
    assert (manifest.render.device, manifest.render.precision, manifest.render.tile) == (
        "auto",
        "auto",
        "auto",
    )
    assert (manifest.images.format, manifest.images.quality) == ("webp", 90)
    assert manifest.site.language == "en"
    assert manifest.models["a"].path == "a.safetensors"
    assert manifest.models["a"].title == "a"
    assert manifest.inputs["cat"].path == "cat.png"
    assert manifest.inputs["cat"].downscale == 1
    assert manifest.pages is None


def test_every_key_of_the_contract_is_read(tmp_path: Path) -> None:
    manifest = read(
        tmp_path,
        """\
site: {title: T, description: D, url: https://x.org/m/, language: no, author: A,
  repository: https://x.org/r}
render: {device: cuda:1, precision: bf16, tile: off}
images: {format: png, quality: lossless}
models:
  a: {path: a.safetensors, title: A, description: '*x*', author: me, license: CC0-1.0,
    homepage: https://x.org, download: true}
  b: b.safetensors
inputs:
  cat: {path: cat.png, title: Cat, credit: c, license: l, source: https://x.org, downscale: 4,
    crop: [1, 2, 3, 4], noise: {sigma: 3e1, seed: 7}, reference: dog.png, masks: {m: face.png}}
comparisons:
  x: {title: X, caption: c, inputs: [cat], draft: true, color_fix: wavelet, metrics: [psnr],
    interpolate: {models: [a, b], alphas: {start: 0, stop: 1, step: 0.25}, control: slider,
      baseline: pixel}}
  y: {choose: [input, nearest, bicubic, lanczos, a, {mix: {a: 0.3, b: 0.7}, title: M}]}
  z: {frames: '*.png', labels: [1st, 2nd, 3rd]}
""",
    ).manifest
    assert manifest.site.language == "no"
    assert manifest.render.tile == "off"
    noise = manifest.inputs["cat"].noise
    assert noise is not None
    assert (noise.sigma, noise.seed) == (30.0, 7)
    assert manifest.inputs["cat"].crop == (1, 2, 3, 4)
    mix = manifest.comparisons["x"].interpolate
    assert mix is not None
    assert mix.alphas == (0, 0.25, 0.5, 0.75, 1)
    choices = manifest.comparisons["y"].choose
    assert choices is not None
    assert [choice.of for choice in choices] == ["input", "nearest", "bicubic", "lanczos", "a", ""]
    assert choices[-1].mix == {"a": 0.3, "b": 0.7}


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2", (0, 1)),
        ("4", (0, 0.333333333333, 0.666666666667, 1)),
        ("[1, 0, 0.3]", (0, 0.3, 1)),
        ("[0.5, 0.5]", (0.5,)),
        ("{step: 0.1}", (0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1)),
        ("{start: 0.2, stop: 0.9, step: 0.3}", (0.2, 0.5, 0.8)),
        ("[1e-3, 1E0]", (0.001, 1)),
    ],
)
def test_alphas_in_every_written_form(
    tmp_path: Path, written: str, expected: tuple[float, ...]
) -> None:
    mix = read(tmp_path, interpolate(f"alphas: {written}")).manifest.comparisons["x"].interpolate
    assert mix is not None
    assert mix.alphas == expected


@given(st.integers(2, 2000))
def test_a_count_of_alphas_runs_from_0_to_1_evenly(count: int) -> None:
    alphas = parse_alphas(count)
    assert len(alphas) == count
    assert (alphas[0], alphas[-1]) == (0, 1)
    gaps = [b - a for a, b in itertools.pairwise(alphas)]
    assert max(gaps) - min(gaps) < 1e-11


@given(st.integers(1, 500), st.integers(0, 400))
def test_steps_are_exact_decimals(thousandths: int, first: int) -> None:
    step, start = Decimal(thousandths) / 1000, Decimal(first) / 1000
    alphas = parse_alphas({"start": float(start), "stop": 1, "step": float(step)})
    assert alphas == tuple(float(start + i * step) for i in range(len(alphas)))
    assert alphas[-1] <= 1 < float(start + len(alphas) * step)


@pytest.mark.parametrize(
    ("rest", "line"),
    [
        ("alphas: no", "expected a number of alphas"),
        ("alphas: [0, yes]", "an alpha is a number, got 'yes'"),
        ("alphas: true", "expected a number of alphas"),
        ("alphas: [0, true]", "an alpha is a number, got True"),
        ("alphas: 1", "a number of alphas is 2 to 2000, got 1"),
        ("alphas: [0, 1.5]", "alpha 1.5 is outside 0 to 1 (allow it: 'extrapolate: true')"),
        ("alphas: {step: 1e-9}", "more than 2000 alphas"),
        ("alphas: {step: -0.1}", "step must be above 0"),
        ("alphas: {steps: 0.1}", "expected start, stop and step, got steps"),
        ("alphas: [.nan]", "an alpha is a number, got nan"),
        (f"alphas: [{10**320}]", "an alpha is a number, got inf"),
        (f"alphas: {{start: {10**320}, step: 1}}", "an alpha is a number, got inf"),
        (f"alphas: {{stop: 0x{'f' * 300}, step: 1}}", "an alpha is a number, got '0xfff"),
        (f"alphas: {10**320}", "got inf"),
        (f"export: [-{10**320}]", "expected a finite number, got -inf"),
        (f"start: {10**320}", "an alpha is a number, got inf"),
        (f"steps: {10**320}", "expected a whole number, got inf"),
        ("alpas: 11", "unknown key 'alpas' (did you mean 'alphas'?)"),
        ("control: triangle", "control triangle takes 3 models, this has 2"),
        ("control: sldier", "got 'sldier' (did you mean 'slider'?)"),
        ("baseline: pixels", "got 'pixels' (did you mean 'pixel'?)"),
        ("export: [2]", "alpha 2 is outside 0 to 1 (allow it: 'extrapolate: true')"),
        ("control: path, export: [1.5]", "alpha 1.5 is outside 0 to 1"),
        ("regions: [face]", "input 'cat' has no mask 'face'"),
        ("animation: avi", "expected 'none', 'webp', 'gif' or 'mp4', got 'avi'"),
        ("steps: 1", "expected 2 or more, got 1"),
    ],
)
def test_what_is_wrong_with_an_interpolation(tmp_path: Path, rest: str, line: str) -> None:
    found = problems(tmp_path, interpolate(rest))
    assert len(found) == 1
    assert found[0].startswith("site.yaml:6:")
    assert line in found[0]


@pytest.mark.parametrize(
    "rest", ["export: [0.5]", "animation: gif", "regions: [face]", "start: 0.5"]
)
def test_what_needs_one_line_of_frames_is_refused_on_a_lattice(tmp_path: Path, rest: str) -> None:
    text = interpolate(f"control: triangle, {rest}").replace("[a, b]", "[a, b, c]")
    found = problems(tmp_path, text.replace("cat: cat.png, ", ""))
    assert len(found) == 1
    assert "not with triangle" in found[0]


def test_all_problems_come_in_one_run_each_at_its_place(tmp_path: Path) -> None:
    found = problems(
        tmp_path,
        """\
site: {titel: x}
models:
  a: nope.safetensors
  b: {path: 3, downlod: true}
  a: b.safetensors
inputs: {cat: {path: cta.png, noise: {seed: a}, crop: [1, 2, 3]}}
comparisons:
  x: {interpolate: {models: [a, c], alphas: no, contorl: path}}
  z: {choose: [inpt, {mix: {a: .5, q: .5}}], color_fix: wavlet}
  w: {title: nothing}
""",
    )
    assert found == [
        "site.yaml:1:1: 'title' is missing",
        "site.yaml:1:8: unknown key 'titel' (did you mean 'title'?)",
        "site.yaml:3:6: no such file: 'nope.safetensors'",
        "site.yaml:4:13: expected text (put it in quotes), got 3",
        "site.yaml:4:16: unknown key 'downlod' (did you mean 'download'?)",
        "site.yaml:5:3: key 'a' is given twice, first in line 3",
        "site.yaml:6:22: no such file: 'cta.png' (did you mean 'cat.png'?)",
        "site.yaml:6:31: 'sigma' is missing",
        "site.yaml:6:45: expected a whole number, got 'a'",
        "site.yaml:6:55: a crop is [x, y, width, height] in pixels of the file",
        "site.yaml:8:33: no model is called 'c'",
        (
            "site.yaml:8:45: expected a number of alphas (11), a list ([0, 0.3, 1]) "
            "or {start: 0, stop: 1, step: 0.1}, got 'no'"
        ),
        "site.yaml:8:49: unknown key 'contorl' (did you mean 'control'?)",
        "site.yaml:9:16: no model is called 'inpt' (did you mean 'input'?)",
        "site.yaml:9:36: no model is called 'q'",
        (
            "site.yaml:9:57: expected 'none', 'average' or 'wavelet', got 'wavlet' "
            "(did you mean 'wavelet'?)"
        ),
        (
            "site.yaml:10:3: a comparison has one of interpolate, choose, frames; "
            "this has none of them"
        ),
    ]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", "site.yaml:1:1: the manifest is empty; it starts with 'site:'"),
        ("- a\n", "site.yaml:1:1: the manifest is not a mapping; it starts with 'site:'"),
        ("site: {title: [}\n", "site.yaml:1:16: not valid YAML"),
        ("site: {title: a\n", "not valid YAML"),
        ("site: {title: !!python/name:os.system x}\n", "site.yaml:1:15: tags such as"),
        ("site: {title: *x}\n", "site.yaml:1:15: alias *x has no anchor before it"),
        ("site: {title: T}\n---\na: 1\n", "site.yaml:2:1: one YAML document only"),
        ("site: {title: T, ? [a] : 1}\n", "a key must be plain text"),
        ("site: {title: 12}\n", "site.yaml:1:15: expected text (put it in quotes), got 12"),
        ("site: {title: T}\nmodels: []\n", "site.yaml:2:9: expected a mapping"),
        ("site: {title: T}\nimages: {quality: 101}\n", "site.yaml:2:19:"),
        ("site: {title: T}\nimages: {format: jpeg, quality: lossless}\n", "cannot be lossless"),
        ("site: {title: T, url: x.org}\n", "invalid web address 'x.org': start with https://"),
        ("site: {title: T, url: 'https://[x/'}\n", "invalid web address 'https://[x/'"),
        (
            "site: {title: T, url: https://x.org/m?a=1}\n",
            "site.yaml:1:23: invalid site address 'https://x.org/m?a=1': leave out",
        ),
        ("site: {title: T, url: https://x.org/#f}\n", "leave out '?' or '#' and what follows"),
        (
            "site: {title: T}\nmodels: {input: a.safetensors}\n",
            "'input' is a reserved name; rename the model",
        ),
        (
            "site: {title: T}\nmodels: {a/b: a.safetensors}\n",
            "site.yaml:2:10: invalid id 'a/b': use",
        ),
        ("site: {title: T}\nmodels: {a: cat.png}\n", "'cat.png' is not a weights file"),
        ("site: {title: T}\ninputs: {A: cat.png, a: dog.png}\n", "differ in case only"),
        ("site: {title: T}\npages: [x.md]\n", "site.yaml:2:9: no such file: 'x.md'"),
        (
            f"site: {{title: T}}\ncomparisons: {{f: {{frames: {'x' * 300}}}}}\n",
            "File name too long",
        ),
        (
            "site: {title: T}\nrender: {device: gpu}\n",
            "site.yaml:2:18: expected auto, cpu, mps, cuda or cuda:N, got 'gpu'",
        ),
    ],
)
def test_bad_manifests_get_one_clear_line(tmp_path: Path, text: str, line: str) -> None:
    assert any(line in found for found in problems(tmp_path, text))


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("site:\n\ttitle: T\n", "2:1: not valid YAML: a tab: indent with spaces"),
        ("site: {title: T}\npages: @me\n", "2:8: not valid YAML: a text that starts like this"),
        ("site:\n  title: My: models\n", "2:12: not valid YAML: a text that holds ': ' goes in"),
        ('site: {title: "C:\\Users"}\n', 'not valid YAML: a backslash in "double quotes" starts'),
        ('site: {title: "pics\\o"}\n', 'not valid YAML: a backslash in "double quotes" starts'),
        ('site: {title: "T}\n', "not valid YAML: a quotation mark is never closed"),
        ("site:\n  title: T\n url: x\n", "3:2: not valid YAML: this line is not indented like"),
        ("site: {title: [a, b\npages: c}\n", "not valid YAML: a bracket is not closed"),
    ],
)
def test_mistakes_in_yaml_are_said_in_an_authors_words(
    tmp_path: Path, text: str, line: str
) -> None:
    (found,) = problems(tmp_path, text)
    assert line in found


@pytest.mark.parametrize(
    ("old", "new", "lines"),
    [
        ("[a, b]", "[a]", ["expected a list of 2 or more, got 1"]),
        ("cat: cat.png", "cat: {path: cat.png, downscale: 0}", ["expected 1 or more, got 0"]),
        (
            "cat: cat.png",
            "cat: {path: cat.png, noise: 30}",
            ["expected a mapping of keys to values (sigma, seed), got 30"],
        ),
        (
            "cat: cat.png",
            "cat: {path: cat.png, crop: [-1, 0, 8, 8]}",
            ["x and y 0 or more, width and height 1 or more"],
        ),
        ("title: T", "title: T, language: no_NO", ["expected a language's code such as en"]),
        ("title: T", 'title: ""', ["expected some text, got ''"]),
        ("title: T", "title: [T]", ["expected text, got a list"]),
        ("b: b.safetensors", "b: {path: b.safetensors, sha256: 0a}", ["64 hexadecimal digits"]),
        ("models:", "images: {quality: 0}\nmodels:", ["expected 'lossless' or 1 or more, got 0"]),
        (
            "models:",
            "images: {quality: 90%}\nmodels:",
            ["expected 'lossless' or a whole number, got '90%'"],
        ),
        (
            "models:",
            "render: {tile: 4}\nmodels:",
            ["expected 'auto' or 'off' or 16 or more, got 4"],
        ),
        ("cat: cat.png", "Größe: cat.png", ["use a to z", "its title may be any text"]),
    ],
)
def test_what_is_expected_is_said_once_and_in_words(
    tmp_path: Path, old: str, new: str, lines: list[str]
) -> None:
    text = interpolate("alphas: 3")
    assert old in text
    found = problems(tmp_path, text.replace(old, new, 1))
    assert len(found) == 1
    assert all(line in found[0] for line in lines)


@pytest.mark.parametrize(
    ("written", "hint"),
    [
        ("pics/OK.png", "(did you mean 'pics/ok.png'?)"),
        ("pics/okk.jpg", "(did you mean 'pics/ok.png'?)"),
        ("pics\\ok.png", "(did you mean 'pics/ok.png'?)"),
        ("cta.png", "(did you mean 'cat.png'?)"),
        ("pisc/ok.png", "(there is no folder 'pisc')"),
        ("https://x.org/ok.png", "(an address: fetch the file, and give the path to your copy)"),
    ],
)
def test_a_file_that_is_not_there_is_guessed(tmp_path: Path, written: str, hint: str) -> None:
    (tmp_path / "pics").mkdir()
    (tmp_path / "pics/ok.png").write_bytes(b"")
    (found,) = problems(tmp_path, interpolate("alphas: 3").replace("cat.png", written, 1))
    assert found.endswith(f"no such file: '{written}' {hint}")


@pytest.mark.skipif(os.name != "posix", reason="pipes and devices are Unix's")
@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda path: path.symlink_to("gone.png"), "is a link to 'gone.png', which is not there"),
        (lambda path: path.symlink_to(path.name), "is a link that leads back to itself"),
        (os.mkfifo, "is a pipe, a file is needed"),
        (lambda path: path.symlink_to("/dev/null"), "is a device, a file is needed"),
        (Path.mkdir, "is a folder, a file is needed"),
    ],
)
def test_what_is_no_file_is_called_what_it_is(
    tmp_path: Path, make: Callable[[Path], None], words: str
) -> None:
    make(tmp_path / "odd.png")
    (found,) = problems(tmp_path, interpolate("alphas: 3").replace("cat.png", "odd.png", 1))
    assert found.endswith(f"'odd.png' {words}")


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        ("pics", "'pics' is a folder: did you mean 'pics/*'?"),
        ("'{a,b}.png'", "in patterns stand *, ? and [abc], no braces"),
        ("'pics\\*.png'", "write / between folders"),
    ],
)
def test_patterns_that_match_nothing_are_explained(
    tmp_path: Path, pattern: str, message: str
) -> None:
    (tmp_path / "pics").mkdir()
    (found,) = problems(
        tmp_path, f"site: {{title: T}}\ncomparisons: {{f: {{frames: {pattern}}}}}\n"
    )
    assert message in found


def test_nesting_and_aliases_cannot_blow_up(tmp_path: Path) -> None:
    deep = "site: " + "[" * 100_000
    assert "nested deeper" in problems(tmp_path, deep)[0]
    laughs = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 30)
    )
    assert "more than 500000 values" in problems(tmp_path, laughs)[0]


def test_text_that_is_not_utf8_is_located(tmp_path: Path) -> None:
    (tmp_path / "site.yaml").write_bytes(b"site:\n  title: \xff\n")
    with pytest.raises(ManifestError, match=r"site\.yaml:2:10: not UTF-8"):
        load(tmp_path / "site.yaml", shown_as=Path("site.yaml"))


def test_a_missing_manifest_says_what_to_do(tmp_path: Path) -> None:
    make = "or make a project with 'new'"
    for folder, told in (
        (tmp_path, f"no such file in '{tmp_path}'"),
        (tmp_path / "nowhere", f"there is no folder '{tmp_path}/nowhere'"),
    ):
        with pytest.raises(ManifestError) as raised:
            load(folder / "site.yaml", shown_as=Path("site.yaml"))
        assert str(raised.value) == f"site.yaml:1:1: {told}: give the path of one with -c, {make}"

    # The nearest further out is told of, never taken.
    inner = tmp_path / "some/inner"
    inner.mkdir(parents=True)
    for found in (tmp_path / "site.yaml", tmp_path / "some/site.yaml"):
        found.touch()
        with pytest.raises(ManifestError) as raised:
            load(inner / "site.yaml", shown_as=Path("site.yaml"))
        told = f"no such file in '{inner}'; a parent has one: give it with -c '{found}', {make}"
        assert str(raised.value) == f"site.yaml:1:1: {told}"


def test_scalars_are_yaml_1_2(tmp_path: Path) -> None:
    document = parse("a: [no, off, 1e-3, 0o17, 0x1f, 1:30, 2026-01-02, ~, .5, -1, '1']", tmp_path)
    assert document.data["a"] == (
        "no", "off", 0.001, 15, 31, "1:30", "2026-01-02", None, 0.5, -1, "1",
    )  # fmt: skip


@given(st.lists(st.integers(0, 10**6), min_size=1, unique=True))
def test_natural_order_is_numeric_order(numbers: list[int]) -> None:
    names = [f"frame{number}.png" for number in numbers]
    assert sorted(names, key=natural_key) == [f"frame{number}.png" for number in sorted(numbers)]


def test_what_is_never_used_is_said_with_its_line(tmp_path: Path) -> None:
    file = read(
        tmp_path,
        """\
site: {title: T}
models:
  a: a.safetensors
  b: b.safetensors
  c: c.safetensors
inputs:
  cat: {path: cat.png, masks: {m: face.png}}
  dog: dog.png
comparisons:
  x: {inputs: [cat], interpolate: {models: [a, b]}}
""",
    )
    assert [str(problem) for problem in unused(file)] == [
        "site.yaml:5:6: no comparison uses the model 'c'",
        "site.yaml:7:35: no comparison has the region 'm' of 'cat'",
        "site.yaml:8:8: no comparison uses the input 'dog'",
    ]


@pytest.mark.parametrize(
    ("rest", "line"),
    [
        ("start: true", "an alpha is a number, got True"),
        ("start: {face: 0}", "no region is called 'face'"),
        ("start: 7", "6:42: start 7 is outside the alphas, 0 to 1"),
        ("start: 0.1, alphas: [0.2, 0.5]", "start 0.1 is outside the alphas, 0.2 to 0.5"),
        ("start: {rest: -1}", "6:49: start -1 is outside the alphas, 0 to 1"),
        ("control: path, start: 1.5", "start 1.5 is outside the alphas, 0 to 1"),
        ("start: {rest: .inf}", "an alpha is a number, got inf"),
        ("groups: {rest: body.*}", "'rest' is what is left over: choose another name"),
    ],
)
def test_what_is_wrong_with_a_start(tmp_path: Path, rest: str, line: str) -> None:
    (found,) = problems(tmp_path, interpolate(rest))
    assert line in found


def test_a_region_is_named_once(tmp_path: Path) -> None:
    text = interpolate("regions: [face, face]").replace("cat: cat.png, ", "")
    assert problems(tmp_path, text) == ["site.yaml:6:51: 'face' is listed twice"]


def test_a_start_may_be_anywhere_that_a_path_reaches(tmp_path: Path) -> None:
    text = interpolate("control: path, start: 1.5").replace("[a, b]", "[a, b, c]")
    mix = read(tmp_path, text).manifest.comparisons["x"].interpolate
    assert mix is not None
    assert mix.first_alpha == 1.5


def test_a_start_is_one_alpha_or_one_for_each_region(tmp_path: Path) -> None:
    faces = interpolate("start: {face: 0, rest: 1}, regions: [face]").replace("cat: cat.png, ", "")
    one, several = (
        read(tmp_path, text).manifest.comparisons["x"].interpolate
        for text in (interpolate("start: 0.3"), faces)
    )
    assert one is not None
    assert several is not None
    assert (one.first_alpha, several.first_alpha) == (0.3, 1)
    assert several.start["face"] == 0


def test_former_ids_are_nobody_elses(tmp_path: Path) -> None:
    text = f"""{HEAD}{INPUTS}comparisons:
  new:
    aliases: [old, Other]
    choose: [input, a]
  other:
    aliases: [older, OLD, other]
    choose: [input, a]
"""
    assert problems(tmp_path, text) == [
        "site.yaml:6:20: 'Other' leads to 'other' already: remove one of the two",
        "site.yaml:9:22: 'OLD' leads to 'new' already: remove one of the two",
        "site.yaml:9:27: 'other' leads to 'other' already: remove one of the two",
    ]
    assert (
        "invalid id '../x'"
        in problems(tmp_path, text.replace("[older, OLD, other]", '["../x"]'))[-1]
    )


@pytest.mark.parametrize("item", ["7", "{of: input, export: 7}", "{mix: {a: x}}"])
def test_a_list_is_not_too_short_where_its_only_item_is_wrong(tmp_path: Path, item: str) -> None:
    (found,) = problems(tmp_path, f"{HEAD}{INPUTS}comparisons:\n  x: {{choose: [{item}]}}\n")
    assert "expected a list" not in found
