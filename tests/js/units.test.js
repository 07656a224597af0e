// Unit tests of the viewer's pure parts.

import assert from "node:assert/strict";
import { test } from "node:test";

import { Catalogue } from "../../static/js/core/catalogue.js";
import { FIELDS } from "../../static/js/core/fields.js";
import { fixed, percent } from "../../static/js/core/format.js";
import { actualZoom, clampCamera, fitScale, pan, place, visibleSpan, zoomAt } from "../../static/js/core/geometry.js";
import { initial, layers, normalize, reduce } from "../../static/js/core/state.js";
import { decode, encode, readHash, writeHash } from "../../static/js/core/url-state.js";
import { mixPoint, nearestWeights, stepWeight } from "../../static/js/later/weights.js";
import { COMMANDS } from "../../static/js/input/commands.js";
import { keysOf } from "../../static/js/input/keyboard.js";
import { positionsAhead } from "../../static/js/sources/ahead.js";
import { Cache } from "../../static/js/sources/cache.js";
import { ControlsView, results } from "../../static/js/view/controls-view.js";

const VIEW = { width: 800, height: 600, density: 2, columns: 1000, rows: 500 };

const CHOICES = [
  { id: "input", label: "Input" },
  { id: "mix", label: "Network mix", moves: true },
  { id: "blend", label: "Pixel blend", moves: true },
  { id: "model-a", label: "Fidelity" },
  { id: "model-b", label: "Sharp" },
];

const position = (value) => ({ value, weights: [1 - value, value], label: `α = ${value}`, text: `α ${value}`, spoken: `alpha ${value}` });

const frame = (index, at, extra = {}) => ({ index, at, file: `${index}.webp`, width: 10, height: 10, bytes: 100, label: `${index}`, ...extra });

function slider({ alphas = [0, 0.5, 1], ...extra } = {}) {
  const head = {
    id: "x",
    title: "X",
    hash: "1",
    layout: "line",
    choices: CHOICES,
    axes: ["Fidelity", "Sharp"],
    positions: alphas.map(position),
    inputs: ["one", "two"].map((id) => ({ id, title: id, data: "" })),
    frames: "../../frames/",
    start: { panes: ["input", "mix"], position: Math.floor(alphas.length / 2) },
    ...extra,
  };
  const catalogue = new Catalogue(head, "http://x/comparisons/x/view.json");
  const last = alphas.length - 1;
  ["one", "two"].forEach((id, number) => {
    const mixes = alphas.map((_, at) => frame(10 * number + 1 + at, [[1, at], ...(at === 0 ? [[3]] : at === last ? [[4]] : [])]));
    const blends = alphas.map((_, at) => frame(10 * number + 5 + at, [[2, at]]));
    catalogue.add(id, { view: "1", frames: [frame(10 * number, [[0]]), ...mixes, ...blends] });
  });
  return catalogue;
}

function triangle() {
  const positions = [];
  for (let i = 0; i <= 4; i += 1) {
    for (let j = 0; i + j <= 4; j += 1) positions.push({ ...position(0), value: undefined, weights: [(4 - i - j) / 4, i / 4, j / 4] });
  }
  return slider({ layout: "pad", positions, choices: CHOICES.slice(1, 2), start: { panes: ["mix", "mix"], position: 7 } });
}

const lists = () =>
  slider({ layout: "none", positions: undefined, choices: ["first", "middle", "last"].map((id) => ({ id, label: `The ${id}` })), start: { panes: ["first", "last"] } });

test("a catalogue finds every frame by input, choice and position", () => {
  const catalogue = slider();
  assert.deepEqual(catalogue.places, [[0], [0.5], [1]]);
  assert.equal(catalogue.spacing, 0.5);
  const find = (...where) => catalogue.find(...where)?.index;
  assert.deepEqual([find("one", "input", 2), find("one", "mix", 2), find("two", "mix", 0), find("two", "blend", 2), find("two", "model-b", 0)], [0, 3, 11, 17, 13]);
  assert.equal(find("three", "mix", 0), undefined);
  assert.equal(find("one", "mix", 3), undefined);
  assert.equal(slider({ alphas: [0, 1 / 3, 2 / 3, 1] }).spacing, 0);
});

test("positions are a projection of values", () => {
  const catalogue = slider();
  assert.equal(catalogue.nearest([0.6]), 1);
  assert.equal(catalogue.nearest([9]), 2);
  assert.deepEqual(catalogue.around([0.9]), [2, 1, 0]);
  assert.equal(triangle().nearest([0.9, 0.05, 0.05]), 0);
});

test("words", () => {
  assert.deepEqual([percent(0.125), percent(-0.5), fixed(0.3), fixed(0.125), fixed(-0.5)], ["12.5%", "−50%", "0.30", "0.125", "−0.50"]);
  const readout = (catalogue, change) => new ControlsView({}, catalogue).readout({ ...initial(catalogue), ...change });
  assert.equal(readout(slider(), {}), "α 0.5");
  assert.equal(readout(lists(), {}), "The first | The last");
  assert.equal(readout(slider({ regions: [{ name: "cup", masks: { one: "m" }, start: 0 }] }), { value: [1] }), "cup 0.00 · rest 1.00");
});

test("measures: as the head writes them, also without end", () => {
  const catalogue = slider({ measures: [{ id: "psnr", title: "PSNR", unit: "dB", decimals: 2 }, { id: "ssim", title: "SSIM", unit: "", decimals: 3 }] });
  const measured = (values) => {
    catalogue.add("one", { view: "1", frames: [frame(1, [[1, 1]], { measured: values })] });
    return results(initial(catalogue), catalogue);
  };
  assert.equal(measured({ psnr: 27.604, ssim: 0.81 }), "PSNR 27.60 dB · SSIM 0.810");
  assert.equal(measured({ psnr: "Infinity", ssim: 1 }), "PSNR ∞ dB · SSIM 1.000");
  assert.equal(measured({ psnr: 0 }), "PSNR 0.00 dB");
  assert.equal(measured(undefined), "");
});

test("what is fetched ahead: neighbours, then coarse to fine, each once", () => {
  const line = slider({ alphas: Array.from({ length: 17 }, (_, at) => at) });
  const order = positionsAhead(line, [5], () => 1, 1000);
  assert.deepEqual(order.slice(0, 6), [5, 4, 6, 0, 16, 8]);
  assert.deepEqual([...order].sort((a, b) => a - b), [...line.places.keys()]);
  assert.equal(positionsAhead(triangle(), [1, 0, 0], () => 1, 1000).length, 15);
});

test("what is fetched ahead: the nearest first, as far as the budget goes", () => {
  const line = slider({ alphas: Array.from({ length: 300 }, (_, at) => at) });
  assert.deepEqual(positionsAhead(line, [100], () => 10, 50), [100, 99, 101, 98, 102]);
  assert.deepEqual(positionsAhead(line, [299], () => 10, 35), [299, 298, 297]);
  assert.deepEqual(positionsAhead(line, [0], () => 10, 9), []);
});

test("fit shows the whole picture in the middle", () => {
  assert.equal(fitScale(VIEW), 0.8);
  assert.deepEqual(place(VIEW, { zoom: 1, cx: 0.9, cy: 0.1 }), { scale: 0.8, x: 0, y: 100 });
});

test("the split runs over what is visible of the picture", () => {
  const tall = { ...VIEW, columns: 100, rows: 600 };
  assert.deepEqual(visibleSpan(tall, { zoom: 1, cx: 0.5, cy: 0.5 }), { left: 350, width: 100 });
  assert.deepEqual(visibleSpan(tall, { zoom: 4, cx: 0.5, cy: 0.5 }), { left: 200, width: 400 });
  assert.deepEqual(visibleSpan(tall, { zoom: 16, cx: 0.5, cy: 0.5 }), { left: 0, width: 800 });
});

test("zooming keeps what is under the pointer; panning is bounded", () => {
  const before = clampCamera(VIEW, { zoom: 4, cx: 0.4, cy: 0.6 });
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
  assert.equal(clampCamera(VIEW, { zoom: 0.01, cx: 0.5, cy: 0.5 }).zoom, actualZoom(VIEW));
  assert.equal(clampCamera(VIEW, { zoom: 1e6, cx: 0.5, cy: 0.5 }).zoom, 16);
});

test("the reducer keeps everything in range and changes nothing in place", () => {
  const catalogue = slider();
  const state = Object.freeze(initial(catalogue));
  const go = (action) => reduce(state, action, catalogue, VIEW);
  assert.deepEqual(state.panes, [{ choice: "input" }, { choice: "mix" }]);
  assert.deepEqual(state.value, [0.5]);
  assert.deepEqual(go({ type: "step", by: 99 }).value, [1]);
  assert.deepEqual(go({ type: "set", change: { value: [0.2] } }).value, [0]);
  assert.equal(go({ type: "set", change: { split: 7 } }).split, 1);
  assert.deepEqual(go({ type: "show", pane: 0, choice: "blend" }).panes, [{ choice: "blend" }, { choice: "mix" }]);
  const zoomed = go({ type: "zoom", factor: 8 });
  assert.equal(zoomed.zoom, 8);
  assert.deepEqual(reduce(zoomed, { type: "reset" }, catalogue, VIEW), state);
  assert.equal(reduce(zoomed, { type: "toggle" }, catalogue, VIEW).zoom, 1);
  assert.equal(go({ type: "mode", mode: "flicker" }).mode, "flicker");
  assert.equal(reduce(go({ type: "mode", mode: "flicker" }), { type: "mode", mode: "flicker" }, catalogue, VIEW).mode, "split");
  assert.deepEqual(reduce(initial(lists()), { type: "step", by: -1 }, lists(), VIEW).panes, [{ choice: "first" }, { choice: "middle" }]);
});

test("what does not change stays the same object: nothing is loaded anew", () => {
  const catalogue = slider({ regions: [{ name: "sky", masks: { one: "m1" } }] });
  const state = initial(catalogue);
  const next = normalize({ ...state, split: 0.3 }, catalogue);
  for (const name of ["panes", "value", "regions"]) assert.equal(next[name], state[name], name);
});

test("regions have values of their own in panes that move", () => {
  const catalogue = slider({ regions: [{ name: "sky", masks: { one: "m1", two: "m2" } }] });
  const state = { ...initial(catalogue), value: [0], regions: [[1]], input: "two" };
  assert.deepEqual(layers(state, 1, catalogue), [
    { slot: "1", choice: "mix", value: [0] },
    { slot: "1:sky", choice: "mix", value: [1], mask: "m2" },
  ]);
  assert.equal(layers(state, 0, catalogue).length, 1);
});

test("a link holds a view, and only what differs from the start", () => {
  const catalogue = slider({ regions: [{ name: "sky & sea", masks: {} }] });
  assert.equal(encode(initial(catalogue), catalogue), "");
  const state = { ...initial(catalogue), input: "two", panes: [{ choice: "model-a" }, { choice: "blend" }], value: [0], regions: [[1]], split: 0.25, zoom: 3.5, cx: 0.123456, cy: 0.5, mode: "difference", gain: 8, pixelated: false };
  const text = encode(state, catalogue);
  assert.equal(text, "input:two;left:model-a;right:blend;alpha:0;alpha.sky%20%26%20sea:1;split:0.25;zoom:3.5;cx:0.123456;gain:8;mode:difference;pixelated:false");
  assert.deepEqual(decode(text, catalogue), { state, unfit: [] });
  const lattice = triangle();
  const corner = { ...initial(lattice), value: [0, 1, 0] };
  assert.equal(encode(corner, lattice), "weights:0,1,0");
  assert.deepEqual(decode(encode(corner, lattice), lattice), { state: corner, unfit: [] });
});

test("what a link gets wrong is ignored or clamped, and said", () => {
  const catalogue = slider();
  const start = initial(catalogue);
  for (const [text, unfit] of [["", []], [";;", []], ["alpha:", ["alpha"]], ["alpha:x", ["alpha"]], ["input:dog", ["input"]], ["zoom:;cx:NaN", ["zoom", "cx"]], ["%E0:%", []], ["mode:nothing", ["mode"]], ["alpha:Infinity", ["alpha"]], ["left:gone;right:mix", ["left"]], ["unknown:1", []]]) {
    assert.deepEqual(decode(text, catalogue), { state: start, unfit }, text);
  }
  assert.equal(decode("split:-4", catalogue).state.split, 0);
  assert.deepEqual(decode("alpha:0.6", catalogue), { state: start, unfit: ["alpha"] });
  const thirds = slider({ alphas: [0, 1 / 3, 2 / 3, 1] });
  assert.deepEqual(decode("alpha:0.3333", thirds).unfit, []);
});

test("a link names choices by id; older ones, by label", () => {
  const { state, unfit } = decode("left:The%20middle", lists());
  assert.deepEqual([state.panes[0].choice, unfit], ["middle", []]);
});

test("a link whose signs were encoded on the way is the same link", () => {
  const catalogue = slider();
  const [id, view] = ["a b", "input:two;left:model-a;alpha:1;zoom:2"];
  const hash = `#${encodeURIComponent(id)}=${view}`;
  const asked = decode(view, catalogue);
  for (const on of [[/:/g, "%3A"], [/;/g, "%3B"], [/=/g, "%3D"], [/[:;]/g, encodeURIComponent], [/[:;=]/g, encodeURIComponent], [/[:;=%]/g, encodeURIComponent]]) {
    const views = readHash(hash.replace(...on));
    assert.deepEqual([...views.keys()], [id], `${on}`);
    assert.deepEqual(decode(views.get(id), catalogue), asked, `${on}`);
  }
  const two = readHash("#a%3Dalpha%3A1%26b%3Dsplit%3A0");
  assert.deepEqual(two, new Map([["a", "alpha:1"], ["b", "split:0"]]));
});

test("several views share an address; a heading is none", () => {
  const views = new Map([["a b", "alpha:1"], ["c", ""]]);
  assert.deepEqual(readHash(`#${writeHash(views)}`), views);
  assert.equal(readHash("#heading"), null);
  assert.deepEqual(readHash(""), new Map());
});

test("weights set by hand go to the lattice and always move", () => {
  const { places } = triangle();
  const middle = [0.5, 0.25, 0.25];
  assert.deepEqual(places[nearestWeights(places, middle, 0, 1)], [1, 0, 0]);
  assert.equal(places[stepWeight(places, middle, 0, -1)][0], 0.25);
  assert.deepEqual(places[stepWeight(places, [1, 0, 0], 0, 1)], [1, 0, 0]);
  assert.deepEqual(mixPoint([[0, 0], [4, 0], [0, 4]], middle), [1, 1]);
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
  cache.delete("c");
  cache.delete("nothing");
  assert.equal(cache.bytes, 10);
});

test("every command has a name and keys of its own", () => {
  const ids = COMMANDS.map(({ id }) => id);
  const keys = COMMANDS.flatMap((command) => command.keys ?? []);
  assert.deepEqual([new Set(ids).size, new Set(keys).size], [ids.length, keys.length]);
  for (const name of Object.keys(FIELDS)) assert.ok(name in initial(slider()));
});

test("keys of other keyboards", () => {
  const press = (key, code, held = {}) => keysOf({ key, code, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...held });
  const [altGr, option] = [{ ctrlKey: true, altKey: true }, { altKey: true }];
  assert.deepEqual(press("[", "Digit8", altGr), ["["]); // German, Windows
  assert.deepEqual(press("]", "Digit6", option), ["]"]); // German, Mac
  assert.deepEqual(press("[", "BracketLeft", { ctrlKey: true }), []); // the browser's
  assert.deepEqual(press("[", "BracketLeft", { metaKey: true }), []);
  assert.deepEqual(press("f", "KeyF", option), []);
  assert.ok(press("а", "KeyF").includes("f")); // Russian
  assert.ok(press("х", "BracketLeft").includes("["));
  assert.ok(press("τ", "KeyT").includes("t")); // Greek
  assert.ok(press("à", "Digit0").includes("0")); // French, without Shift
  assert.ok(!press("ü", "BracketLeft").includes("[")); // German: a letter of its own
  assert.ok(!press("!", "Digit1", { shiftKey: true }).includes("1"));
  assert.deepEqual(press("T", "KeyT", { shiftKey: true }), ["t"]);
  assert.deepEqual(press("ArrowLeft", "ArrowLeft"), ["ArrowLeft"]);
});
