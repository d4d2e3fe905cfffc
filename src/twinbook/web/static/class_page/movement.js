// The one tab stop, moving it, and the selected range (W3C's grid pattern, with the keys of spreadsheets).

const PAGE_ROWS = 10;

export class Movement {
  row = 1;
  column = 1;
  #anchor = { row: 1, column: 1 };
  #selected = new Set();
  #moved;

  // `moved()`: the focus is on another cell, or the range is another.
  constructor(sheet, moved) {
    this.sheet = sheet;
    this.#moved = moved;
    for (const link of sheet.table.querySelectorAll("a")) link.tabIndex = -1;
    this.column = sheet.nextColumn(0, 1) ?? 1;
    this.#anchor.column = this.column;
    this.#stop(this.current, 0);
  }

  get current() {
    return this.sheet.at(this.row, this.column);
  }

  get range() {
    const { row, column } = this.#anchor;
    return {
      top: Math.min(row, this.row),
      bottom: Math.max(row, this.row),
      left: Math.min(column, this.column),
      right: Math.max(column, this.column),
    };
  }

  get isRange() {
    const { top, bottom, left, right } = this.range;
    return top !== bottom || left !== right;
  }

  // Each place of the range that holds a score.
  places() {
    const { top, bottom, left, right } = this.range;
    const found = [];
    for (let row = top; row <= bottom; row += 1) {
      for (let column = left; column <= right; column += 1) {
        if (this.sheet.isScore(row, column)) found.push({ row, column });
      }
    }
    return found;
  }

  // What of a cell takes the focus: the link in a header, else the cell.
  #target(cell) {
    return cell.querySelector("a") ?? cell;
  }

  #stop(cell, tabIndex) {
    this.#target(cell).tabIndex = tabIndex;
  }

  go(row, column, { extend = false, focus = true } = {}) {
    row = Math.max(0, Math.min(this.sheet.lastRow, row));
    column = Math.max(0, Math.min(this.sheet.lastColumn, column));
    if (row !== this.row || column !== this.column) {
      this.#stop(this.current, -1);
      this.row = row;
      this.column = column;
      this.#stop(this.current, 0);
    }
    if (!extend) this.#anchor = { row, column };
    this.#showRange();
    this.#moved();
    if (focus) this.focus();
  }

  select({ top, left, bottom, right }) {
    this.go(bottom, right, { focus: false });
    this.go(top, left, { extend: true });
  }

  // The cell of the tab stop stands in another row now.
  followTo(row) {
    this.row = row;
    this.collapse();
  }

  collapse() {
    this.#anchor = { row: this.row, column: this.column };
    this.#showRange();
    this.#moved();
  }

  focus() {
    const target = this.#target(this.current);
    target.focus({ preventScroll: true });
    this.current.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  #showRange() {
    const now = new Set(this.isRange ? this.places().map(({ row, column }) => this.sheet.at(row, column)) : []);
    for (const cell of this.#selected) if (!now.has(cell)) cell.removeAttribute("aria-selected");
    for (const cell of now) if (!this.#selected.has(cell)) cell.setAttribute("aria-selected", "true");
    this.#selected = now;
  }

  // Whether the key was one that moves.
  key(event) {
    const all = event.ctrlKey || event.metaKey;
    const extend = event.shiftKey;
    const { lastRow, lastColumn } = this.sheet;
    const [first, last] = [this.sheet.nextColumn(0, 1), this.sheet.nextColumn(lastColumn, -1)];
    const to = (row, column) => this.go(row, column, { extend });
    switch (event.key) {
      case "ArrowUp":
        to(all ? 1 : this.row - 1, this.column);
        return true;
      case "ArrowDown":
        to(all ? lastRow : this.row + 1, this.column);
        return true;
      case "ArrowLeft":
        to(this.row, all ? first : (this.sheet.nextColumn(this.column, -1) ?? 0));
        return true;
      case "ArrowRight":
        to(this.row, all ? last : (this.sheet.nextColumn(this.column, 1) ?? lastColumn));
        return true;
      case "Home":
        to(all ? 1 : this.row, first);
        return true;
      case "End":
        to(all ? lastRow : this.row, last);
        return true;
      case "PageUp":
        to(Math.max(1, this.row - PAGE_ROWS), this.column);
        return true;
      case "PageDown":
        to(this.row + PAGE_ROWS, this.column);
        return true;
      default:
        return false;
    }
  }

  // Down (or up) one student; past the end to the next (or former) activity. True when the activity is another one.
  nextInColumn(step) {
    let row = this.row + step;
    let column = this.column;
    const neighbour = this.sheet.nextColumn(column, step);
    if (row > this.sheet.lastRow && neighbour !== undefined) {
      row = 1;
      column = neighbour;
    } else if (row < 1 && neighbour !== undefined) {
      row = this.sheet.lastRow;
      column = neighbour;
    }
    const another = column !== this.column;
    this.go(Math.max(1, row), column);
    return another;
  }
}
