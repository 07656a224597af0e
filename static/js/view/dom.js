// What a viewer's page has for a selector, and how it is written to: only where something changes,
// so that nothing is read aloud twice.

export class Dom {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    /** @type {Map<string, HTMLElement[]>} */
    this.found = new Map();
  }

  /** None of the page is rebuilt, so each is looked for once. @param {string} selector @returns {HTMLElement[]} */
  all(selector) {
    const found = this.found.get(selector) ?? [.../** @type {NodeListOf<HTMLElement>} */ (this.root.querySelectorAll(selector))];
    this.found.set(selector, found);
    return found;
  }

  /** One that every viewer has. @param {string} selector */
  one(selector) {
    return this.all(selector)[0];
  }

  /** @param {string} action @param {boolean} on */
  press(action, on) {
    for (const button of this.all(`[data-action=${action}]`)) setAttribute(button, "aria-pressed", String(on));
  }

  /** @param {string} selector @param {string} text @param {number} [index] */
  text(selector, text, index = 0) {
    const element = this.all(selector)[index];
    if (element && element.textContent !== text) element.textContent = text;
  }

  /** The value of a select or range, and how it is said. @param {string} selector @param {string | number} value @param {string} [words] @param {number} [index] */
  value(selector, value, words, index = 0) {
    const control = /** @type {HTMLInputElement | undefined} */ (this.all(selector)[index]);
    if (!control) return;
    control.value = String(value);
    if (!words) return;
    const [low, high] = [Number(control.min), Number(control.max)];
    control.style.setProperty("--done", `${(100 * (Number(value) - low)) / (high - low || 1)}%`);
    setAttribute(control, "aria-valuetext", words);
  }
}

/** @param {Element} element @param {string} name @param {string} value */
export function setAttribute(element, name, value) {
  if (element.getAttribute(name) !== value) element.setAttribute(name, value);
}
