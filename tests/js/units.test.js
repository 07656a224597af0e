// Unit tests of the viewer's pure parts.

import assert from "node:assert/strict";
import { test } from "node:test";

import { arrange, describe, percent, preloadOrder, scores, valueText } from "../../static/js/catalogue.js";
import { actualZoom, bound, fitScale, pan, place, zoomAt } from "../../static/js/geometry.js";
import { nearestWeights, point, stepWeight } from "../../static/js/lattice.js";
import { decode, encode, readHash, writeHash } from "../../static/js/link.js";
import { Cache } from "../../static/js/loader.js";
import { initial, parts, reduce } from "../../static/js/state.js";

const VIEW = { width: 800, height: 600, density: 2, columns: 1000, rows: 500 };

const mixes = (inputs, alphas, recipes = ["mix"]) =>
  inputs.flatMap((input) => [
    { input, recipe: "input", label: "Input", url: "i", width: 10, height: 10 },
    ...recipes.flatMap((recipe) =>
      alphas.map((alpha) => ({ input, recipe, alpha, weights: { a: 1 - alpha, b: alpha }, label: `${recipe} ${alpha}`, url: "u", width: 10, height: 10 })),
    ),
  ]);

const slider = (extra = {}) =>
  arrange({
    id: "x",
    kind: "interpolate",
    control: "slider",
    models: ["a", "b"],
    inputs: ["one", "two"],
    titles: { models: { a: "Fidelity", b: "Sharp" }, inputs: {} },
    start: { left: 0, right: 2 },
    frames: mixes(["one", "two"], [0, 0.5, 1], ["mix", "blend"]),
    ...extra,
  });

const triangle = () => {
  const frames = [];
  for (let i = 0; i <= 4; i += 1) {
    for (let j = 0; i + j <= 4; j += 1) {
      frames.push({ input: "one", recipe: "mix", weights: { a: (4 - i - j) / 4, b: i / 4, c: j / 4 }, label: "", url: "u", width: 1, height: 1 });
    }
  }
  return arrange({ id: "t", kind: "interpolate", control: "triangle", models: ["a", "b", "c"], inputs: ["one"], start: { left: 0, right: 7 }, frames });
};

test("a catalogue finds every frame by input, choice and position", () => {
  const { choices, find, start, positions, spacing } = slider();
  assert.deepEqual(choices.map(({ label }) => label), ["Input", "Network mix", "Pixel blend", "Fidelity", "Sharp"]);
  assert.deepEqual(start, { left: 0, right: 1, at: 1 });
  assert.deepEqual(positions.map(({ value }) => value), [0, 0.5, 1]);
  assert.equal(spacing, 0.5);
  assert.deepEqual([find(0, 0, 2), find(0, 1, 2), find(1, 1, 0), find(1, 2, 2), find(1, 4, 0)], [0, 3, 8, 13, 10]);
});

test("a frame that an input lacks is not found", () => {
  const frames = mixes(["one", "two"], [0, 1]).slice(0, -1);
  assert.equal(slider({ frames }).find(1, 1, 1), -1);
});

test("lists and sequences", () => {
  const files = ["first", "middle", "last"].map((label) => ({ recipe: "file", label, url: label, width: 1, height: 1 }));
  const sequence = arrange({ id: "f", kind: "frames", control: "slider", start: { left: 0, right: 2 }, frames: files });
  assert.equal(sequence.choices[initial(sequence).left].label, "first");
  assert.equal(sequence.choices[initial(sequence).right].follows, true);
  assert.equal(initial(sequence).at, 2);
  assert.equal(valueText(sequence, 2), "frame 3 of 3: last");
  const lists = arrange({ id: "c", kind: "choose", control: "lists", start: { left: 0, right: 2 }, frames: files });
  assert.deepEqual(lists.start, { left: 0, right: 2, at: 0 });
  assert.equal(reduce(initial(lists), { type: "step", by: -1 }, lists, VIEW).right, 1);
  assert.equal(describe(initial(lists), lists), "first | last");
});

test("words", () => {
  assert.equal(valueText(slider(), 1), "alpha 0.50: 50% Fidelity, 50% Sharp");
  assert.equal(percent(0.125), "12.5%");
  const beyond = slider({ frames: mixes(["one"], [-0.5, 0, 1.25]), start: { left: 0, right: 3 } });
  assert.equal(valueText(beyond, 0), "alpha −0.50: 150% Fidelity, −50% Sharp");
  assert.equal(describe({ ...initial(beyond), at: 0 }, beyond), "α −0.50 · 150% Fidelity − 50% Sharp");
  assert.equal(describe({ ...initial(beyond), at: 2 }, beyond), "α 1.25 · −25% Fidelity + 125% Sharp");
  const regions = slider({ regions: [{ name: "cup", masks: {}, start: 0 }] });
  assert.equal(describe({ ...initial(regions), at: 2 }, regions), "cup 0.00 · rest 1.00");
  const measures = { psnr: { title: "PSNR", unit: "dB", decimals: 2 }, ssim: { title: "SSIM", unit: "", decimals: 4 } };
  assert.equal(scores({ psnr: 27.604, ssim: 0.81 }, { measures }), "PSNR 27.60 dB · SSIM 0.8100");
  assert.equal(scores({ psnr: "Infinity", ssim: 0 }, { measures }), "PSNR ∞ dB · SSIM 0.0000");
  assert.equal(scores({}, { measures }), "");
  assert.equal(scores(undefined, {}), "");
});

test("preloading: neighbours, then coarse to fine, each once", () => {
  const line = { positions: Array.from({ length: 17 }, (_, value) => ({ value })), distance: (a, b) => Math.abs(a - b) };
  const order = preloadOrder(line, 5);
  assert.deepEqual(order.slice(0, 6), [5, 4, 6, 0, 16, 8]);
  assert.deepEqual([...order].sort((a, b) => a - b), [...line.positions.keys()]);
  assert.deepEqual(new Set(preloadOrder(triangle(), 7)).size, 15);
});

test("fit shows the whole picture in the middle", () => {
  assert.equal(fitScale(VIEW), 0.8);
  assert.deepEqual(place(VIEW, { zoom: 1, cx: 0.9, cy: 0.1 }), { scale: 0.8, x: 0, y: 100 });
});

test("zooming keeps what is under the pointer; panning is bounded", () => {
  const before = bound(VIEW, { zoom: 4, cx: 0.4, cy: 0.6 });
  const after = zoomAt(VIEW, before, 6, 700, 90);
  const under = (camera) => {
    const { scale, x, y } = place(VIEW, camera);
    return [(700 - x) / scale, (90 - y) / scale];
  };
  under(after).forEach((value, axis) => assert.ok(Math.abs(value - under(before)[axis]) < 0.5));
  for (const [dx, dy] of [[1e5, 1e5], [-1e5, -1e5]]) {
    const { scale, x, y } = place(VIEW, pan(VIEW, after, dx, dy));
    assert.ok(x <= 0.5 && y <= 0.5 && x + 1000 * scale >= 799.5 && y + 500 * scale >= 599.5);
  }
});

test("actual size is one device pixel, on whole device pixels", () => {
  for (const density of [1, 1.5, 2, 3]) {
    const view = { ...VIEW, width: 777, density };
    const { scale, x, y } = place(view, { zoom: actualZoom(view), cx: 0.31, cy: 0.5 });
    assert.equal(scale, 1 / density);
    assert.ok(Number.isInteger(Math.round(x * density * 1e6) / 1e6) && Number.isInteger(Math.round(y * density * 1e6) / 1e6));
  }
});

test("zoom goes from fit to sixteenfold", () => {
  assert.equal(bound(VIEW, { zoom: 0.01, cx: 0.5, cy: 0.5 }).zoom, actualZoom(VIEW));
  assert.equal(bound(VIEW, { zoom: 1e6, cx: 0.5, cy: 0.5 }).zoom, 16);
});

test("the reducer keeps everything in range and changes nothing in place", () => {
  const catalogue = slider();
  const state = Object.freeze(initial(catalogue));
  const go = (action) => reduce(state, action, catalogue, VIEW);
  assert.equal(go({ type: "step", by: 99 }).at, 2);
  assert.equal(go({ type: "set", change: { split: 7, left: -3 } }).split, 1);
  assert.equal(go({ type: "set", change: { split: 7, left: -3 } }).left, 0);
  const zoomed = go({ type: "zoom", factor: 8 });
  assert.equal(zoomed.zoom, 8);
  assert.deepEqual(reduce(zoomed, { type: "reset" }, catalogue, VIEW), state);
  assert.equal(reduce(zoomed, { type: "toggle" }, catalogue, VIEW).zoom, 1);
  assert.equal(go({ type: "mode", mode: "flicker" }).mode, "flicker");
  assert.equal(reduce(go({ type: "mode", mode: "flicker" }), { type: "mode", mode: "flicker" }, catalogue, VIEW).mode, "split");
});

test("regions have positions of their own on the side that follows", () => {
  const catalogue = slider({ regions: [{ name: "sky", masks: { one: "m1", two: "m2" } }] });
  const state = { ...initial(catalogue), at: 0, regions: [2], input: 1 };
  assert.deepEqual(parts(state, "right", catalogue), [
    { slot: "right", choice: 1, at: 0 },
    { slot: "right:sky", choice: 1, at: 2, mask: "m2" },
  ]);
  assert.equal(parts(state, "left", catalogue).length, 1);
});

test("a link holds a view, and only what differs from the start", () => {
  const catalogue = slider({ regions: [{ name: "sky & sea", masks: {} }] });
  assert.equal(encode(initial(catalogue), catalogue), "");
  const state = { ...initial(catalogue), input: 1, left: 3, right: 2, at: 0, regions: [2], split: 0.25, zoom: 3.5, cx: 0.123456, cy: 0.5, mode: "difference", gain: 8, pixelated: false };
  const text = encode(state, catalogue);
  assert.equal(text.split(";")[3], "alpha:0");
  assert.deepEqual(decode(text, catalogue), state);
  const lattice = triangle();
  const corner = { ...initial(lattice), at: 14 };
  assert.deepEqual(decode(encode(corner, lattice), lattice), corner);
});

test("what a link gets wrong is ignored or clamped", () => {
  const catalogue = slider();
  const start = initial(catalogue);
  for (const text of ["", ";;", "alpha:", "alpha:x", "input:dog", "zoom:;cx:NaN", "%E0:%", "mode:nothing", "alpha:Infinity"]) {
    assert.deepEqual(decode(text, catalogue), start, text);
  }
  assert.equal(decode("split:-4", catalogue).split, 0);
  assert.equal(decode("alpha:0.6", catalogue).at, 1);
});

test("several views share an address; a heading is none", () => {
  const views = new Map([["a b", "alpha:1"], ["c", ""]]);
  assert.deepEqual(readHash(`#${writeHash(views)}`), views);
  assert.equal(readHash("#heading"), null);
  assert.deepEqual(readHash(""), new Map());
});

test("weights set by hand go to the lattice and always move", () => {
  const { positions } = triangle();
  const of = (at) => Object.values(positions[at].weights);
  const middle = positions.findIndex(({ weights }) => weights.a === 0.5 && weights.b === 0.25);
  assert.deepEqual(of(nearestWeights(positions, middle, "a", 1)), [1, 0, 0]);
  assert.deepEqual(of(stepWeight(positions, middle, "a", -1))[0], 0.25);
  assert.equal(stepWeight(positions, 0, "a", 1), 0);
  assert.deepEqual(point([[0, 0], [4, 0], [0, 4]], ["a", "b", "c"], { a: 0.5, b: 0.25, c: 0.25 }), [1, 1]);
});

test("the cache stays under its limit, drops the least recently used, keeps what is pinned", () => {
  const cache = new Cache(100);
  const none = () => false;
  for (const name of ["a", "b", "c"]) cache.put(name, { bytes: 30 }, none);
  cache.get("a");
  cache.put("d", { bytes: 30 }, none);
  assert.deepEqual([...cache.entries.keys()], ["c", "a", "d"]);
  assert.equal(cache.bytes, 90);
  cache.put("e", { bytes: 60 }, (key) => key === "c");
  assert.deepEqual([...cache.entries.keys()], ["c", "e"]);
  cache.put("e", { bytes: 10 }, none);
  assert.equal(cache.bytes, 40);
});
