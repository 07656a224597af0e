"""The JSON Schema says what `check` says: of every key, and of every form in which it may stand."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from support.schema import SCHEMA, faults

from generator.errors import ManifestError
from generator.manifest import load

HASH = "0" * 64
ACCEPTED = {
    "site": """
        {title: T}
        {title: T, description: D, url: '', language: pt-BR, author: A, repository: 'http://x.org'}
        {title: T, url: 'https://x.org/a/', follow_links: true}
    """,
    "render": """
        {}
        {device: cuda:1, precision: bf16, tile: off}
        {device: mps, precision: auto, tile: 64}
    """,
    "images": """
        {format: png, quality: 1, keep: true}
        {format: webp, quality: lossless}
        {quality: lossless}
        {format: jpeg, quality: 100}
    """,
    "models": f"""
        {{a: a.pth}}
        '*.pth'
        {{}}
        {{'*': '*.pth'}}
        {{x: a.pth, '*': {{path: '*.pth', license: MIT, download: true}}}}
        {{a: {{path: a.pth, title: A, description: '*D*', author: A, license: MIT, homepage: ''}}}}
        {{a: {{path: a.pth, homepage: 'https://x.org', sha256: '{HASH}', download: false}}}}
        {{a: {{path: a.pth, sha256: '', download: 'https://x.org/a.pth?b#c', noise_level: 0.5}}}}
        {{A.b_c-1: {{path: a.pth, noise_level: null}}}}
    """,
    "inputs": """
        {a: a.png}
        '*.png'
        {'*': '*.png', x: b.png}
        {'*': {path: '*.png', downscale: 2}}
        {a: {path: a.png, title: A, credit: C, license: L, source: 'https://x.org', crop: null}}
        {a: {path: a.png, crop: [0, 0, 1, 1], downscale: 64, noise: {sigma: 0.1, seed: 0}}}
        {a: {path: a.png, noise: {sigma: 1000}, reference: b.png, masks: {face: b.png}}}
        {a: {path: a.png, noise: null, reference: null, masks: {}}}
    """,
    "comparisons": """
        {x: {frames: 'a?.png', labels: ['1', '2'], title: X, caption: C, draft: true, aliases: [y]}}
        {x: {choose: [input], inputs: [a], color_fix: [none, wavelet], metrics: [psnr, ssim]}}
        {x: {choose: [input], inputs: ['*'], color_fix: average, metrics: []}}
        {x: {choose: [a, {of: b, title: B}], inputs: null, interpolate: null, frames: null}}
        {x: {choose: ['*']}}
        {x: {choose: [{mix: {a: 0.3, b: 0.7}, title: M, export: true}]}}
        {x: {choose: [{mix: {a: 1}, download: true}, {of: b, export: false, download: false}]}}
        {x: {choose: [{mix: {a: 0.5, b: 0.5}, download: 'https://x.org/'}]}}
        {x: {choose: [{pairs: [a, b]}, {pairs: ['*'], alpha: 0.25, title: '', download: true}]}}
        {x: {choose: [input, {files: '{input}.png', title: F}, {files: '{stem}.*'}]}}
        {x: {choose: [input, {of: a, mix: null, pairs: null, files: null}]}}
        {x: {interpolate: {models: [a, b]}}}
        {x: {interpolate: {models: [a, b], alphas: 3, start: 1, control: slider, baseline: pixel}}}
        {x: {interpolate: {models: [a, b], alphas: [0, 1.5], extrapolate: true, start: {rest: 1}}}}
        {x: {interpolate: {models: [a, b], alphas: {start: 0, stop: 1, step: 0.5}, kinship: true}}}
        {x: {interpolate: {models: [a, b], groups: {g: k.*, h: [k, l]}, beside: []}}}
        {x: {interpolate: {models: [a, b], regions: [m], animation: gif, export: [0.5]}}}
        {x: {interpolate: {models: [a, b], control: path, steps: 101}}}
        {x: {interpolate: {given: '{input}{alpha}.png'}}}
        {x: {interpolate: {given: '{stem}{alpha}.png', alphas: [0, 1]}}}
    """,
    "pages": """
        [a.md]
        null
        []
    """,
}
REFUSED = {
    "site": """
        {}
        T
        {title: ''}
        {title: 7}
        {title: T, url: x.org}
        {title: T, url: 'https://x.org/?a'}
        {title: T, language: no_NO}
        {title: T, repository: 'ftp://x.org'}
        {title: T, follow_links: 'yes'}
        {title: T, titel: T}
        null
    """,
    "render": """
        {device: gpu}
        {precision: fp8}
        {tile: 15}
        {tile: 'on'}
        {tile: true}
    """,
    "images": """
        {format: gif}
        {quality: 0}
        {quality: 101}
        {quality: 90.5}
        {format: jpeg, quality: lossless}
        {keep: 1}
    """,
    "models": """
        ''
        7
        [a.pth]
        {a: 7}
        {a/b: a.pth}
        {-a: a.pth}
        {a.: a.pth}
        {a: {}}
        {a: {path: a.pth, sha256: '12'}}
        {a: {path: a.pth, download: 'yes'}}
        {a: {path: a.pth, download: ''}}
        {a: {path: a.pth, download: null}}
        {a: {path: a.pth, noise_level: 256}}
        {a: {path: a.pth, noise_level: -1}}
        {a: {path: a.pth, homepage: x.org}}
        {'*': 7}
        {'*': {license: MIT}}
        {'*': {path: '*.pth', title: T}}
        {'*': {path: 'b.pth', sha256: ''}}
        {'a*': a.pth}
    """,
    "inputs": """
        {a: {path: a.png, crop: [0, 0, 1]}}
        {a: {path: a.png, crop: [0, 0, 0, 1]}}
        {a: {path: a.png, crop: [-1, 0, 1, 1]}}
        {a: {path: a.png, crop: 7}}
        {a: {path: a.png, downscale: 65}}
        {a: {path: a.png, noise: 30}}
        {a: {path: a.png, noise: {sigma: 0}}}
        {a: {path: a.png, noise: {sigma: 1, seed: -1}}}
        {a: {path: a.png, masks: {a b: b.png}}}
        {a: {path: a.png, reference: 7}}
        {'*': {path: '*.png', title: T}}
    """,
    "comparisons": """
        {x: {}}
        {x y: {choose: [input]}}
        {x: {choose: [input], frames: '*.png'}}
        {x: {choose: []}}
        {x: {choose: ['']}}
        {x: {choose: [7]}}
        {x: {choose: [{title: T}]}}
        {x: {choose: [{of: a, mix: {a: 1}}]}}
        {x: {choose: [{of: a, files: '{input}.png'}]}}
        {x: {choose: [{of: a, alpha: 0.5}]}}
        {x: {choose: [{of: a, export: true}]}}
        {x: {choose: [{of: a, download: true}]}}
        {x: {choose: [{of: a, download: 'https://x.org'}]}}
        {x: {choose: [{mix: {}}]}}
        {x: {choose: [{mix: {a: x}}]}}
        {x: {choose: [{mix: {a: 1}, alpha: 0.5}]}}
        {x: {choose: [{mix: {a: 1}, download: x.org}]}}
        {x: {choose: [{pairs: []}]}}
        {x: {choose: [{pairs: a}]}}
        {x: {choose: [{pairs: [a, b], alpha: 1.5}]}}
        {x: {choose: [{pairs: [a, b], title: T}]}}
        {x: {choose: [{pairs: [a, b], download: 'https://x.org'}]}}
        {x: {choose: [{files: ''}]}}
        {x: {choose: [{files: '{inptu}.png'}]}}
        {x: {choose: [{files: '{alpha}.png'}]}}
        {x: {choose: [{files: '{input}.png', download: true}]}}
        {x: {choose: [input], inputs: []}}
        {x: {choose: [input], inputs: a}}
        {x: {choose: [input], color_fix: []}}
        {x: {choose: [input], color_fix: [none, none]}}
        {x: {choose: [input], color_fix: blue}}
        {x: {choose: [input], metrics: [psnrr]}}
        {x: {choose: [input], aliases: [a b]}}
        {x: {frames: ''}}
        {x: {frames: '*.png', labels: [1, 2]}}
        {x: {interpolate: {}}}
        {x: {interpolate: {alphas: 3}}}
        {x: {interpolate: {models: [a]}}}
        {x: {interpolate: {models: [a, b], alphas: 1}}}
        {x: {interpolate: {models: [a, b], alphas: []}}}
        {x: {interpolate: {models: [a, b], alphas: x}}}
        {x: {interpolate: {models: [a, b], alphas: {stop: 1}}}}
        {x: {interpolate: {models: [a, b], alphas: {step: 0}}}}
        {x: {interpolate: {models: [a, b], start: x}}}
        {x: {interpolate: {models: [a, b], control: circle}}}
        {x: {interpolate: {models: [a, b], steps: 1}}}
        {x: {interpolate: {models: [a, b], baseline: pixels}}}
        {x: {interpolate: {models: [a, b], animation: png}}}
        {x: {interpolate: {models: [a, b], groups: {g: []}}}}
        {x: {interpolate: {models: [a, b], groups: {g h: k}}}}
        {x: {interpolate: {given: a.png}}}
        {x: {interpolate: {given: '{alpha}{beta}.png'}}}
    """,
    "pages": """
        a.md
        [7]
    """,
}


def manifests(table: dict[str, str]) -> Iterator[str]:
    base = {
        "site": "{title: T}",
        "models": "{a: a.pth, b: b.pth}",
        "inputs": "{a: {path: a.png, masks: {m: b.png}}}",
    }
    for key, values in table.items():
        for value in filter(None, map(str.strip, values.splitlines())):
            yield "".join(f"{k}: {v}\n" for k, v in {**base, key: value}.items())


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("schema")
    for name in ("a.pth", "b.pth", "a.png", "b.png", "a.md", "a0.png", "a1.png"):
        (folder / name).write_bytes(b"")
    return folder


@pytest.mark.parametrize("text", list(manifests(ACCEPTED)))
def test_what_check_accepts_the_schema_accepts(folder: Path, text: str) -> None:
    (folder / "site.yaml").write_text(text)
    load(folder / "site.yaml")
    assert faults(text) == []


@pytest.mark.parametrize("text", list(manifests(REFUSED)))
def test_what_check_refuses_the_schema_refuses(folder: Path, text: str) -> None:
    (folder / "site.yaml").write_text(text)
    with pytest.raises(ManifestError):
        load(folder / "site.yaml")
    assert faults(text)


def test_every_key_is_accepted_somewhere_and_described() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    text = "\n".join(manifests(ACCEPTED))
    for name, definition in {**SCHEMA["$defs"], "Manifest": SCHEMA}.items():
        whole = definition if "properties" in definition else definition["anyOf"][-1]
        assert whole["additionalProperties"] is False
        for key, value in whole["properties"].items():
            assert f"{key}: " in text, (name, key)
            assert value.get("description"), (name, key)


def test_unknown_keys_are_refused_everywhere(folder: Path) -> None:
    text = "site: {title: T}\nmodles: {}\n"
    (folder / "site.yaml").write_text(text)
    with pytest.raises(ManifestError, match="did you mean 'models'"):
        load(folder / "site.yaml")
    assert faults(text)
