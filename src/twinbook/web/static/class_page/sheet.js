// The table: where cells are, what the server holds in each, and painting. Row 0 is the header, column 0 the names,
// the last column the totals. Painting writes a text node and attributes, never replaces a cell.

import { t } from "../web/words.js";
import { above, apart, held, shown } from "./parse.js";

export class Sheet {
  #facts = new WeakMap();
  hidden = new Set(); // columns out of sight (hidden.js)
  isNarrow = () => false; // one activity at a time (narrow.js): then none is hidden

  constructor(table, locked) {
    this.table = table;
    this.locked = locked;
    this.lines = [...table.rows];
    this.lastRow = this.lines.length - 1;
    this.lastColumn = this.lines[0].cells.length - 1;
    this.heads = [...this.lines[0].cells];
    this.columns = new Map(this.heads.map((head, column) => [head.dataset.activity, column]));
    this.rows = new Map(this.lines.map((line, row) => [line.dataset.student, row]));
  }

  at(row, column) {
    return this.lines[row].cells[column];
  }

  placeOf(cell) {
    return { row: cell.parentElement.rowIndex, column: cell.cellIndex };
  }

  key(row, column) {
    return `${this.heads[column].dataset.activity}:${this.lines[row].dataset.student}`;
  }

  // undefined when its row or column is not on the page.
  cellOf(key) {
    const [activity, student] = key.split(":");
    const row = this.rows.get(student);
    const column = this.columns.get(activity);
    return row === undefined || column === undefined ? undefined : this.at(row, column);
  }

  isScore(row, column) {
    return row > 0 && column > 0 && column < this.lastColumn && !this.isHidden(column);
  }

  isHidden(column) {
    return this.hidden.has(column) && !this.isNarrow();
  }

  // The nearest activity in sight before (-1) or after (1) a column; undefined: none.
  nextColumn(column, step) {
    for (let next = column + step; next > 0 && next < this.lastColumn; next += step) {
      if (!this.isHidden(next)) return next;
    }
    return undefined;
  }

  // Columns from one on, those out of sight left out.
  columnsFrom(first) {
    return this.heads.map((_, column) => column).filter((column) => column >= first && !this.isHidden(column));
  }

  // The rows of the students in another order; the header stays.
  arrange(lines) {
    this.lines = [this.lines[0], ...lines];
    this.rows = new Map(this.lines.map((line, row) => [line.dataset.student, row]));
    lines[0]?.parentElement.append(...lines);
    for (const [row, line] of this.lines.entries()) line.setAttribute("aria-rowindex", row + 1);
  }

  isEditable(row, column) {
    return !this.locked && this.isScore(row, column) && !this.at(row, column).hasAttribute("aria-readonly");
  }

  title(column) {
    return this.heads[column].querySelector(".title")?.textContent ?? this.heads[column].textContent.trim();
  }

  name(row) {
    return this.lines[row].cells[0].querySelector("a")?.textContent ?? "";
  }

  // The cell in words.
  where(row, column) {
    return t("%(student)s, %(activity)s, of %(points)s", {
      student: this.name(row),
      activity: this.title(column),
      points: this.points(column),
    });
  }

  points(column) {
    return this.heads[column].dataset.points;
  }

  // What the server holds, as far as this page knows: { value, late, version, sync, comment }.
  facts(cell) {
    let known = this.#facts.get(cell);
    if (!known) {
      const { s = "", v = "0", comment } = cell.dataset;
      const found = apart(cell.textContent);
      known = { ...found, version: Number(v), sync: s, comment: comment !== undefined };
      this.#facts.set(cell, known);
    }
    return known;
  }

  textOf(cell) {
    const { value, late } = this.facts(cell);
    return shown(value, late);
  }

  // A cell in REST's shape; false when it is older than what is known.
  learn(cell, told) {
    if (told.version < this.facts(cell).version) return false;
    const comment = Boolean(told.comment);
    this.#facts.set(cell, { ...held(told), version: told.version, sync: told.sync, comment });
    return true;
  }

  // `entry`: what is not saved yet of this cell. The text of a cell being edited is left alone.
  paint(cell, entry) {
    const facts = this.facts(cell);
    const text = entry ? entry.text : shown(facts.value, facts.late);
    const value = entry ? apart(entry.text).value : facts.value;
    const quiet = !text && (facts.sync === "synced" || facts.sync === "local");
    const states = { queued: "unsent", wrong: "wrong", clash: "clash" };
    attribute(cell, "data-s", entry ? states[entry.state] : quiet ? "" : facts.sync);
    const column = this.heads[cell.cellIndex];
    attribute(cell, "data-over", above(value, column.dataset.points) && !("extra" in column.dataset), true);
    attribute(cell, "data-comment", facts.comment, true);
    attribute(cell, "data-v", facts.version || "");
    if (entry?.state === "wrong") cell.setAttribute("aria-invalid", "true");
    else cell.removeAttribute("aria-invalid");
    if (cell.querySelector("input")) return;
    if (cell.textContent !== text) cell.textContent = text;
  }
}

function attribute(cell, name, value, flag = false) {
  if (!value) cell.removeAttribute(name);
  else if (flag) cell.setAttribute(name, "");
  else if (cell.getAttribute(name) !== String(value)) cell.setAttribute(name, value);
}
