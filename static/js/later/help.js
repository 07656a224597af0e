// The help: its table of keys is made of the commands, in the words of their buttons.

/** @typedef {import("../input/commands.js").Command} Command */

/** @type {Record<string, string>} */
const SIGNS = { ArrowLeft: "←", ArrowRight: "→", ArrowUp: "↑", ArrowDown: "↓", " ": "Space", "-": "−" };

/** @param {Command[]} commands @param {HTMLElement} group a viewer, whose buttons have names */
export function showHelp(commands, group) {
  const dialog = /** @type {HTMLDialogElement} */ (document.querySelector("#viewer-help"));
  const rows = new Map(); // what is done → keys
  for (const command of commands) {
    const [key] = command.keys ?? [];
    const does = command.does ?? nameOf(group, command.id);
    if (key && does) rows.set(does, [...(rows.get(does) ?? []), key]);
  }
  dialog.querySelector("tbody")?.replaceChildren(...[...rows].map(([does, keys]) => row(does, keys)));
  if (!dialog.open) dialog.showModal();
}

/** What a command's button is called. @param {HTMLElement} group @param {string} id */
function nameOf(group, id) {
  const button = group.querySelector(`.tools [data-action=${id}]`);
  return (button?.getAttribute("aria-label") ?? button?.textContent ?? "").trim().toLowerCase();
}

/** @param {string} does @param {string[]} keys */
function row(does, keys) {
  const [line, head, cell] = ["tr", "th", "td"].map((name) => document.createElement(name));
  /** @type {HTMLTableCellElement} */ (head).scope = "row";
  const caps = keys.map((key) => Object.assign(document.createElement("kbd"), { textContent: SIGNS[key] ?? key }));
  head.append(...caps.flatMap((cap) => [cap, " "]));
  cell.textContent = does;
  line.append(head, cell);
  return line;
}
