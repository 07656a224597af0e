// A field that narrows a long list.

/**
 * @param {import("../viewer.js").ViewerContext} viewer @param {HTMLInputElement} filter
 * @param {HTMLSelectElement} select @param {(id: string) => void} choose
 */
export function narrow(viewer, filter, select, choose) {
  const options = [...select.options];
  viewer.listen(filter, "input", () => {
    const { value } = select;
    const words = filter.value.toLowerCase().split(" ");
    const fitting = options.filter(({ label }) => words.every((word) => label.toLowerCase().includes(word)));
    select.replaceChildren(...options.filter((option) => option.value === value || fitting.includes(option)));
    select.value = value;
    filter.ariaInvalid = String(!fitting.length);
    viewer.say(filter.value && `${fitting.length || "None"} of ${options.length} fit the filter`);
  });
  viewer.listen(filter, "keydown", ({ key }) => {
    if (key !== "Enter" || !filter.value) return;
    choose([...select.options].find(({ value }) => value !== select.value)?.value ?? select.value);
  });
  filter.disabled = false;
}
