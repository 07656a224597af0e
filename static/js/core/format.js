// Numbers as visitors read them.

const MINUS = "−"; // a hyphen would look like a dash

/** "0.30", "0.125", "−0.50". @param {number} value */
export const fixed = (value) =>
  value.toFixed(Math.abs(value * 100 - Math.round(value * 100)) < 1e-6 ? 2 : 3).replace("-", MINUS);

/** "30%", "12.5%", "−50%". @param {number} share */
export const percent = (share) => `${Number((share * 100).toFixed(1))}%`.replace("-", MINUS);
