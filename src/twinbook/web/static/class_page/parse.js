// A cell as text: what it shows, and what a person types into it. The server's typed.py keeps the same rules.

const MARKS = new Map([
  ...["E", "EX", "EXCUSED"].map((word) => [word, "EX"]),
  ...["M", "MI", "MISSING"].map((word) => [word, "MI"]),
  ...["I", "IN", "INC", "INCOMPLETE"].map((word) => [word, "IN"]),
]);
const WORDS = { EX: "excused", MI: "missing", IN: "incomplete" };
const SHOWN = { excused: "EX", missing: "MI", incomplete: "IN" };
const NUMBER = /^(?:\d+(?:\.\d*)?|\.\d+)$/;
const LATE = /^(?:(.*?[\s\d.,])\s*)?L$/s;
const MOST_DIGITS = 8;
const MOST_DECIMALS = 4;

// { value, late } or { wrong: reason }. `value` in canonical form: "" (blank), "8.5", "EX", "MI", "IN";
// undefined when only L was typed. Reasons: "negative", "decimals", "large", "unreadable".
export function parse(text) {
  let rest = text.trim().toUpperCase();
  const found = rest.match(LATE);
  const late = found !== null;
  if (late) rest = (found[1] ?? "").trim();
  if (rest === "") return late ? { value: undefined, late } : { value: "", late };
  if (MARKS.has(rest)) return { value: MARKS.get(rest), late };
  if (/^\d*,\d*$/.test(rest)) rest = rest.replace(",", ".");
  if (rest.startsWith("-") && NUMBER.test(rest.slice(1))) return { wrong: "negative" };
  if (!NUMBER.test(rest)) return { wrong: "unreadable" };
  const value = canonical(rest);
  const [whole, decimals = ""] = value.split(".");
  if (decimals.length > MOST_DECIMALS) return { wrong: "decimals" };
  if (whole.length > MOST_DIGITS) return { wrong: "large" };
  return { value, late };
}

function canonical(number) {
  let [whole, decimals = ""] = number.split(".");
  whole = whole.replace(/^0+(?=\d)/, "") || "0";
  decimals = decimals.replace(/0+$/, "");
  return decimals ? `${whole}.${decimals}` : whole;
}

export function shown(value, late) {
  return late ? `${value} L`.trim() : value;
}

// The value part of REST's body for a canonical value.
export function body(value) {
  if (value === "") return { score: null };
  return value in WORDS ? { mark: WORDS[value] } : { score: value };
}

// { value, late } of a cell in REST's shape; a mark of Aeries that Twinbook does not know is its own text.
export function held(cell) {
  const value = cell.score ?? (cell.mark ? SHOWN[cell.mark] : (cell.sis_mark ?? ""));
  return { value, late: cell.late === true };
}

// { value, late } of a cell's text as it is shown.
export function apart(text) {
  if (text === "L") return { value: "", late: true };
  return text.endsWith(" L") ? { value: text.slice(0, -2), late: true } : { value: text, late: false };
}

// Compares canonical numbers without making floats of them.
export function above(value, points) {
  if (!NUMBER.test(value)) return false;
  const [a, b] = [value, points].map((number) => number.split("."));
  if (a[0].length !== b[0].length) return a[0].length > b[0].length;
  if (a[0] !== b[0]) return a[0] > b[0];
  return (a[1] ?? "").padEnd(4, "0") > (b[1] ?? "").padEnd(4, "0");
}
