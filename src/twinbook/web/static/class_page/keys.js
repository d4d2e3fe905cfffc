// Keys, pointer and clipboard: what a person does in the table, told to the grid.

import { say } from "../web/say.js";
import { t } from "../web/words.js";
import { copied, filledDown, pasted } from "./blocks.js";
import { cells } from "./counted.js";

const MARKS = { E: "EX", M: "MI", I: "IN" };
const MARK_WORDS = ["EX", "EXCUSED", "MI", "MISSING", "IN", "INC", "INCOMPLETE"];
const ONE_WORD_MS = 1500;

export class Keys {
  #entered = false; // Tab moves within the table only after some other key or a click
  #tabbedFrom = null;
  #word = { key: "", typed: "", at: 0 };

  constructor(grid, table) {
    this.grid = grid;
    table.addEventListener("keydown", (event) => this.#key(event));
    table.addEventListener("pointerdown", (event) => this.#pressed(event));
    table.addEventListener("pointerover", (event) => this.#dragged(event));
    table.addEventListener("dblclick", () => this.#edit());
    table.addEventListener("click", (event) => this.#clicked(event));
    table.addEventListener("copy", (event) => this.#copy(event));
    table.addEventListener("cut", (event) => this.#copy(event) && this.#clear());
    table.addEventListener("paste", (event) => this.#paste(event));
    table.addEventListener("focusout", (event) => {
      if (!table.contains(event.relatedTarget)) this.#entered = false;
    });
  }

  #key(event) {
    if (event.isComposing || event.altKey) return;
    const taken = this.grid.editor.isOpen ? this.#keyWhileEditing(event) : this.#keyWhileMoving(event);
    if (taken) event.preventDefault();
  }

  #keyWhileEditing(event) {
    if (event.key === "Escape") {
      this.grid.editor.cancel();
      this.grid.movement.focus();
      this.grid.showHint();
      return true;
    }
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) return this.#fillRange();
    if (!this.grid.editor.endsWith(event)) return false;
    this.grid.editor.close();
    if (event.key === "Tab") return this.#tab(event.shiftKey);
    if (event.key === "Enter") this.#down(event.shiftKey ? -1 : 1);
    else this.grid.movement.key(event);
    return true;
  }

  #keyWhileMoving(event) {
    if (event.key === "Tab") return this.#entered && this.#tab(event.shiftKey);
    if (event.key === "Shift" || event.key === "Control" || event.key === "Meta") return false;
    const leaving = event.key === "Escape" && !this.grid.movement.isRange;
    this.#entered = !leaving;
    if (event.key === "Escape") {
      this.#tabbedFrom = null;
      this.grid.movement.collapse();
      return true;
    }
    if (event.ctrlKey || event.metaKey) {
      const command = this.#command(event.key.toLowerCase(), event.shiftKey);
      if (command) return true;
    }
    if (this.grid.movement.key(event)) {
      this.#tabbedFrom = null;
      return true;
    }
    if (event.ctrlKey || event.metaKey) return false;
    return this.#keyOnCell(event);
  }

  #command(letter, shift) {
    if (letter === "z") this.grid.again(shift ? "redo" : "undo");
    else if (letter === "y") this.grid.again("redo");
    else if (letter === "d") this.#fillDown();
    else if (letter === "a") this.grid.movement.select({ top: 1, left: 1, bottom: this.grid.sheet.lastRow, right: this.grid.sheet.lastColumn - 1 });
    else return false;
    return true;
  }

  #keyOnCell(event) {
    const { row, column } = this.grid.movement;
    if (event.key === "F8") {
      this.grid.look(event.shiftKey ? -1 : 1);
      return true;
    }
    if (event.key === "?") {
      this.grid.shortcuts();
      return true;
    }
    if (!this.grid.sheet.isScore(row, column)) return false;
    if (event.key === "F9") return this.#history();
    if (event.key === "Enter" || event.key === "F2") return this.#edit();
    if (event.key === "Delete" || event.key === "Backspace") return this.#clear();
    if (event.key.length !== 1 || event.key === " ") return event.key === " ";
    return this.#letter(event.key) || this.#edit(event.key);
  }

  // A function key: a letter must never lead away from what is being typed.
  #history() {
    const { history } = this.grid.dataset;
    if (!history) return false;
    const [activity, student] = this.grid.here().key.split(":");
    location.assign(`${history}?student=${student}&activity=${activity}`);
    return true;
  }

  #edit(first) {
    const { cell, key } = this.grid.here();
    const { row, column } = this.grid.movement;
    if (!cell || !this.grid.sheet.isEditable(row, column) || this.grid.editor.isOpen) return Boolean(cell);
    this.#entered = true;
    this.grid.editor.open(cell, this.grid.textOf(cell, key), first);
    this.grid.showHint();
    return true;
  }

  // Single letters act on the cell in focus: marks, late, and the two choices where values meet. The rest of a mark's
  // word, typed on, changes nothing: E and EX are the same.
  #letter(letter) {
    const upper = letter.toUpperCase();
    const { key, entry } = this.grid.here();
    if (entry?.state === "clash" && (upper === "K" || upper === "T")) {
      this.grid.choose(upper === "K" ? "mine" : "theirs");
      return true;
    }
    const now = performance.now();
    const going = this.#word.key === key && now - this.#word.at < ONE_WORD_MS ? this.#word.typed : "";
    if (going && MARK_WORDS.some((word) => word.startsWith(going + upper))) {
      this.#word = { key, typed: going + upper, at: now };
      return true;
    }
    if (!(upper in MARKS) && upper !== "L") return false;
    const places = this.grid.movement.places();
    if (upper === "L") this.#toggleLate(places);
    else this.grid.put(places.map((place) => ({ ...place, text: MARKS[upper] })), { whole: false });
    this.#word = { key, typed: upper, at: now };
    return true;
  }

  #toggleLate(places) {
    const texts = places.map(({ row, column }) => this.grid.textOf(this.grid.sheet.at(row, column), this.grid.sheet.key(row, column)));
    const all = texts.every((text) => text === "L" || text.endsWith(" L"));
    const text = (old) => (all ? old.replace(/ ?L$/, "") : old === "L" || old.endsWith(" L") ? old : `${old} L`.trim());
    this.grid.put(places.map((place, index) => ({ ...place, text: text(texts[index]) })));
  }

  #down(step) {
    if (this.#tabbedFrom !== null) {
      this.grid.movement.go(this.grid.movement.row + step, this.#tabbedFrom);
      this.#tabbedFrom = null;
    } else if (this.grid.movement.nextInColumn(step)) {
      say(this.grid.sheet.title(this.grid.movement.column));
    }
  }

  #tab(back) {
    const { row, column } = this.grid.movement;
    const next = this.grid.sheet.nextColumn(column, back ? -1 : 1);
    if (next === undefined) {
      this.grid.movement.focus();
      return false;
    }
    this.#tabbedFrom ??= column;
    this.grid.movement.go(row, next);
    return true;
  }

  #clear() {
    const { changed } = this.grid.put(this.grid.movement.places().map((place) => ({ ...place, text: "" })));
    if (changed > 1) say(t("Blank now: %(cells)s.", cells(changed)));
    return true;
  }

  #fillRange() {
    const { text } = this.grid.editor;
    this.grid.editor.cancel();
    const { changed } = this.grid.put(this.grid.movement.places().map((place) => ({ ...place, text })));
    this.grid.movement.focus();
    say(t("Filled: %(cells)s.", cells(changed)));
    return true;
  }

  #fillDown() {
    const { changed } = this.grid.put(filledDown(this.grid.movement, (row, column) => this.#text(row, column)));
    say(t("Filled: %(cells)s.", cells(changed)));
  }

  #text(row, column) {
    if (!this.grid.sheet.isScore(row, column)) return this.grid.sheet.at(row, column).textContent.trim();
    return this.grid.textOf(this.grid.sheet.at(row, column), this.grid.sheet.key(row, column));
  }

  #copy(event) {
    if (this.grid.editor.isOpen) return false;
    const { sheet, movement: { range } } = this.grid;
    event.clipboardData.setData("text/plain", copied(range, (row, column) => this.#text(row, column), (column) => sheet.isHidden(column)));
    event.preventDefault();
    return true;
  }

  #paste(event) {
    if (this.grid.editor.isOpen) return;
    event.preventDefault();
    const block = pasted(event.clipboardData.getData("text/plain"), this.grid.movement, this.grid.sheet);
    const { changed, locked } = this.grid.put(block.writes);
    this.grid.movement.select(block.range);
    const outside = block.outside + locked;
    const done = t("Pasted: %(cells)s.", cells(changed));
    say(outside ? `${done} ${t("Outside of the scores: %(cells)s.", cells(outside))}` : done);
  }

  #pressed(event) {
    const cell = event.target.closest("td, th");
    if (!cell || event.button !== 0 || event.target.closest("input, a")) return;
    const { row, column } = this.grid.sheet.placeOf(cell);
    const again = event.pointerType === "touch" && cell === this.grid.movement.current;
    event.preventDefault();
    this.#entered = true;
    this.#tabbedFrom = null;
    this.grid.movement.go(row, column, { extend: event.shiftKey });
    if (again || (event.pointerType === "touch" && this.grid.narrow.isOn)) this.#edit();
  }

  #dragged(event) {
    if (event.buttons !== 1 || event.pointerType === "touch" || this.grid.editor.isOpen) return;
    const cell = event.target.closest("td");
    if (!cell || cell === this.grid.movement.current || !this.grid.contains(document.activeElement)) return;
    const { row, column } = this.grid.sheet.placeOf(cell);
    if (this.grid.sheet.isScore(row, column)) this.grid.movement.go(row, column, { extend: true });
  }

  #clicked(event) {
    const link = event.target.closest("thead a");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const { column } = this.grid.sheet.placeOf(link.closest("th"));
    this.grid.movement.go(0, column);
    this.grid.column.open(column);
  }
}
