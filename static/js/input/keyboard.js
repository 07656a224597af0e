// Keys of the commands. Tab, and what has a modifier, is the browser's; so are all keys where one
// types.

import { COMMANDS } from "./commands.js";
import { isTyping } from "./typing.js";

const SIGNS = "[]?"; // for which some keyboards need Option or AltGr

/** @param {import("../viewer.js").ViewerContext} viewer */
export function keyboard(viewer) {
  const { group, stage } = viewer;
  const by = new Map(COMMANDS.flatMap((command) => (command.keys ?? []).map((key) => [key, command])));

  viewer.listen(group, "keydown", (event) => {
    const command = keysOf(event).map((key) => by.get(key)).find(Boolean);
    if (!command || isTyping(event.target) || (command.onStage && event.target !== stage)) return;
    event.preventDefault();
    if (!event.repeat || command.repeats) command.run(viewer);
  });
  viewer.listen(group, "keyup", (event) => {
    for (const key of keysOf(event)) by.get(key)?.release?.(viewer);
  });
  viewer.listen(stage, "blur", () => by.get(" ")?.release?.(viewer));
}

/** What an event may mean: the sign, else the key on which it stands on a Latin keyboard. @param {KeyboardEvent} event */
export function keysOf({ key, code, ctrlKey, metaKey, altKey, shiftKey }) {
  if (SIGNS.includes(key)) return metaKey || (ctrlKey && !altKey) ? [] : [key];
  if (ctrlKey || metaKey || altKey) return [];
  const sign = key.length > 1 ? key : key.toLowerCase();
  const foreign = /^\p{L}$/u.test(key) && !/\p{Script=Latin}/u.test(key);
  const digit = !shiftKey && /^Digit/.test(code); // which needs Shift on a French keyboard
  return [sign, ...(foreign || digit ? [BY_CODE[code] ?? code.replace(/^Key|^Digit/, "").toLowerCase()] : [])];
}

/** @type {Record<string, string>} */
const BY_CODE = { BracketLeft: "[", BracketRight: "]" };
