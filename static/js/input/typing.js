// Who has the keys.

const TAKES_KEYS = "select, textarea, input:not([type=range]), [contenteditable], [role=combobox], [role=listbox]";

/** Are letters meant for what has the focus? @param {EventTarget | null} target */
export const isTyping = (target) => target instanceof Element && target.closest(TAKES_KEYS) !== null;
