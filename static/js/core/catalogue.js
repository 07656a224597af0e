// What view.json and the files of its inputs say: input × choice × position → frame. All texts are
// the generator's; nothing is guessed here.

/**
 * @typedef {object} Choice What a pane may show.
 * @property {string} id stable, for links
 * @property {string} label
 * @property {boolean} [moves] shows the frame at the slider's position
 *
 * @typedef {object} Position Where the slider or pad may stand.
 * @property {number} [value] on the line: an alpha, or the index in a sequence
 * @property {number[]} [weights] by axis
 * @property {string} label
 * @property {string} text for the readout
 * @property {string} spoken for assistive technology
 *
 * @typedef {object} Region
 * @property {string} name
 * @property {Record<string, string>} masks addresses by input
 * @property {number} [start] index of a position
 *
 * @typedef {object} Measure
 * @property {string} id
 * @property {string} title
 * @property {string} unit
 * @property {number} decimals
 *
 * @typedef {object} Head What view.json holds.
 * @property {string} id
 * @property {string} hash of what belongs together: the files of inputs carry it too
 * @property {string} title
 * @property {"line" | "pad" | "sliders" | "none"} layout
 * @property {boolean} [sequence]
 * @property {Choice[]} choices
 * @property {Position[]} [positions]
 * @property {{id: string, title: string, data: string}[]} inputs
 * @property {string} frames where files of frames lie
 * @property {{panes: string[], position?: number}} start
 * @property {Region[]} [regions]
 * @property {Measure[]} [measures]
 *
 * @typedef {object} Frame
 * @property {number} index in data.json
 * @property {number[][]} at where it is shown: [choice, position], or [choice] where it does not move
 * @property {string} [file]
 * @property {string} [missing] why there is no file
 * @property {number} width
 * @property {number} height
 * @property {number} [bytes] of the file
 * @property {string} label
 * @property {Record<string, number | string>} [measured]
 *
 * @typedef {{view: string, frames: Frame[]}} InputFile
 */

export class Catalogue {
  /** @param {Head} head @param {string} base its address */
  constructor(head, base) {
    this.head = head;
    this.base = base;
    this.positions = head.positions ?? [];
    this.regions = head.regions ?? [];
    this.isLine = head.layout === "line";
    this.indices = new Map(head.choices.map(({ id }, index) => [id, index]));
    /** Coordinates of the positions: one on a line, else one for each axis. */
    this.places = this.positions.map(({ value = 0, weights = [] }) => (this.isLine ? [value] : weights));
    this.spacing = this.isLine ? spacing(this.places.map(([value]) => value)) : 0;
    /** @type {Map<string, Map<string, Frame>>} */
    this.frames = new Map(); // by input, then by choice and position
  }

  /** Take in the file of an input. @param {string} input @param {InputFile} file */
  add(input, { frames }) {
    this.frames.set(input, new Map(frames.flatMap((frame) => frame.at.map((where) => [`${where}`, frame]))));
  }

  /** @param {string} id */
  choice(id) {
    return this.head.choices[this.index(id)];
  }

  /** The place of a choice in the lists. @param {string} id */
  index(id) {
    return this.indices.get(id) ?? -1;
  }

  /** @param {string} input @param {string} choice @param {number} position */
  find(input, choice, position) {
    const index = this.index(choice);
    const where = this.head.choices[index].moves ? [index, position] : [index];
    return this.frames.get(input)?.get(`${where}`);
  }

  /** The index of the position nearest to a value. @param {number[]} value */
  nearest(value) {
    const away = this.places.map((place) => distance(place, value));
    return away.indexOf(Math.min(...away));
  }

  /** The positions' indices, the nearest to a value first. @param {number[]} value */
  around(value) {
    const away = this.places.map((place) => distance(place, value));
    return [...away.keys()].sort((a, b) => away[a] - away[b]);
  }
}

/** Squared. @param {number[]} a @param {number[]} b */
export const distance = (a, b) => a.reduce((sum, value, axis) => sum + (value - (b[axis] ?? 0)) ** 2, 0);

/** The step between values where it is even, else 0: no decimal step reaches thirds. @param {number[]} values */
function spacing(values) {
  if (values.length < 2) return 0;
  const [first] = values;
  const step = Number(((values[values.length - 1] - first) / (values.length - 1)).toFixed(6));
  return values.every((value, at) => Math.abs(value - first - at * step) < 1e-9) ? step : 0;
}
