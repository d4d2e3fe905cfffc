// The order of the students: by name as the server gave it, or by the scores of one activity.

import { apart } from "./parse.js";

export class Order {
  #names;
  column = 0; // 0: by name
  direction = "";

  constructor(sheet, textOf) {
    this.sheet = sheet;
    this.textOf = textOf;
    this.#names = sheet.lines.slice(1);
  }

  // `direction`: "descending", "ascending", or "" for the names. Marks and blanks stand at the end, by name.
  by(column, direction) {
    this.column = direction ? column : 0;
    this.direction = direction;
    const lines = direction ? this.#sorted(column, direction === "ascending" ? 1 : -1) : this.#names;
    this.sheet.arrange(lines);
    for (const [index, head] of this.sheet.heads.entries()) {
      if (direction && index === column) head.setAttribute("aria-sort", direction);
      else head.removeAttribute("aria-sort");
    }
  }

  #sorted(column, sign) {
    const keyed = this.#names.map((line, place) => ({ line, place, score: this.#score(line.cells[column]) }));
    return keyed
      .sort((a, b) => (a.score === null) - (b.score === null) || sign * (a.score - b.score) || a.place - b.place)
      .map(({ line }) => line);
  }

  #score(cell) {
    const { value } = apart(this.textOf(cell));
    const number = Number.parseFloat(value);
    return Number.isNaN(number) ? null : number;
  }
}
