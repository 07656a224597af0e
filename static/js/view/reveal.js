// Bringing into sight what an address points to.

/** Also out of closed details. @param {Element} element @param {boolean} scroll where it is far down */
export function reveal(element, scroll) {
  for (let box = element.closest("details"); box; box = box.parentElement?.closest("details") ?? null) box.open = true;
  if (scroll && element.getBoundingClientRect().top > innerHeight / 2) element.scrollIntoView();
}
