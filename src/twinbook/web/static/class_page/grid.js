// <twinbook-grid>: the teacher's table of scores. The server renders it; this makes it a grid that saves cell by cell.
// Every change goes through `put`: typing, marks, paste, fill, undo. What comes from elsewhere is arrivals.js.

import { say } from "../web/say.js";
import { nt, t } from "../web/words.js";
import { Arrivals } from "./arrivals.js";
import { ColumnDialog } from "./column.js";
import { Editor } from "./editor.js";
import { cells } from "./counted.js";
import { Hidden } from "./hidden.js";
import { Hint } from "./hint.js";
import { Keys } from "./keys.js";
import { Movement } from "./movement.js";
import { Narrow } from "./narrow.js";
import { Order } from "./order.js";
import { parse, shown } from "./parse.js";
import { Sheet } from "./sheet.js";
import { Undo } from "./undo.js";
import { Unsent } from "./unsent.js";

class TwinbookGrid extends HTMLElement {
  #undo = new Undo();
  #looked = "";

  connectedCallback() {
    const table = this.querySelector("table");
    const locked = "locked" in this.dataset;
    this.arrivals = new Arrivals(this);
    this.sheet = new Sheet(table, locked);
    this.narrow = new Narrow(this, this.sheet, (column) => this.movement.go(this.movement.row, column));
    this.unsent = new Unsent({
      user: this.dataset.user,
      schoolClass: this.dataset.class,
      address: this.dataset.save,
      answered: (answer, sent) => this.arrivals.answered(answer, sent),
      changed: () => this.#showTools(),
    });
    this.editor = new Editor(this.sheet, {
      commit: (cell, text, whole) => this.#commit(cell, text, whole),
      cancelled: (cell) => this.paint(cell),
      changed: () => this.showHint(),
    });
    this.hint = new Hint(this, { keep: () => this.choose("mine"), take: () => this.choose("theirs") });
    this.hiding = new Hidden(this);
    this.movement = new Movement(this.sheet, () => this.#moved());
    this.order = new Order(this.sheet, (cell) => this.textOf(cell, this.keyOf(cell)));
    this.column = new ColumnDialog(this);
    this.keys = new Keys(this, table);
    this.#listen();
    this.querySelector(".grid-tools").hidden = false;
    if (!locked) this.arrivals.restore();
    this.#showTools();
    this.hint.idle(!locked);
    this.dataset.upgraded = "";
  }

  #listen() {
    this.querySelector("[data-undo]")?.addEventListener("click", () => this.again("undo"));
    this.querySelector("[data-redo]")?.addEventListener("click", () => this.again("redo"));
    this.querySelector("[data-shortcuts]").addEventListener("click", () => this.shortcuts());
    this.querySelector("[data-look-next]").addEventListener("click", () => this.look(1, this.#looked !== this.here().key));
    window.addEventListener("beforeunload", (event) => {
      if (this.unsent.trouble && this.unsent.waiting) event.preventDefault();
    });
  }

  // Writing

  // `writes`: [{ row, column, text }]. `whole`: the text is all that the cell shall show; else a late mark stays.
  // Returns how many cells changed and how many are locked.
  put(writes, { whole = true, undoable = true } = {}) {
    const batch = [];
    let locked = 0;
    for (const { row, column, text } of writes) {
      if (!this.sheet.isEditable(row, column)) {
        locked += 1;
        continue;
      }
      const key = this.sheet.key(row, column);
      const cell = this.sheet.at(row, column);
      const before = this.textOf(cell, key);
      this.#write(key, cell, text, whole);
      const after = this.textOf(cell, key);
      if (before !== after) batch.push({ key, before, after });
      this.paint(cell);
    }
    if (undoable) this.#undo.record(batch);
    this.#showTools();
    this.showHint();
    return { changed: batch.length, locked };
  }

  textOf(cell, key) {
    return this.unsent.get(key)?.text ?? this.sheet.textOf(cell);
  }

  #write(key, cell, text, whole) {
    const facts = this.sheet.facts(cell);
    const prior = this.unsent.get(key);
    const flying = this.unsent.inFlight(key);
    const parsed = text.trim() === this.sheet.textOf(cell) ? facts : parse(text);
    const entry = { ...this.#entry(key, cell), at: prior?.at };
    if (parsed.wrong) {
      this.unsent.set({ ...entry, text: text.trim(), state: "wrong", message: reason(parsed.wrong) });
      return;
    }
    const now = prior && prior.state !== "wrong" ? prior : { ...facts };
    const value = parsed.value ?? (whole ? "" : (now.value ?? facts.value));
    const late = parsed.late || (!whole && this.textOf(cell, key).endsWith("L"));
    const wanted = shown(value, late);
    if (wanted === this.sheet.textOf(cell) && !flying) {
      this.unsent.drop(key);
      return;
    }
    const clash = prior?.state === "clash" ? { state: "clash", message: prior.message } : { state: "queued" };
    this.unsent.set({
      ...entry,
      text: wanted,
      value: value === facts.value && !flying ? undefined : value,
      late: late === facts.late && !flying ? undefined : late || null,
      ...clash,
    });
  }

  #entry(key, cell) {
    const { column } = this.sheet.placeOf(cell);
    const [activity, student] = key.split(":");
    const { version } = this.sheet.facts(cell);
    return { key, activity, student, version, base: this.sheet.textOf(cell), points: this.sheet.points(column) };
  }

  #commit(cell, text, whole) {
    const { row, column } = this.sheet.placeOf(cell);
    const key = this.sheet.key(row, column);
    const { seen } = this.editor;
    this.put([{ row, column, text }], { whole });
    const entry = this.unsent.get(key);
    if (entry?.state === "queued" && seen !== this.sheet.textOf(cell)) this.clash(entry, cell);
  }

  clash(entry, cell, message = "") {
    this.unsent.set({ ...entry, state: "clash", message });
    this.paint(cell);
    const { row, column } = this.sheet.placeOf(cell);
    say(
      t("%(student)s, %(activity)s: another value came meanwhile. Yours is kept and not sent.", {
        student: this.sheet.name(row),
        activity: this.sheet.title(column),
      }),
    );
    this.showHint();
  }

  // Of a cell where two values meet.
  choose(which) {
    const { key, cell, entry } = this.here();
    if (entry?.state !== "clash" && !(entry?.state === "wrong" && which === "theirs")) return;
    if (which === "mine") {
      const { value, late } = parseShown(entry.text);
      this.unsent.set({ ...entry, ...this.#entry(key, cell), text: entry.text, value, late, state: "queued" });
    } else {
      this.unsent.drop(key);
    }
    this.paint(cell);
    this.showHint();
    this.movement.focus();
  }

  again(which) {
    const changes = this.#undo[which]();
    const writes = [];
    let left = 0;
    for (const { key, from, to } of changes) {
      const cell = this.sheet.cellOf(key);
      if (cell) this.hiding.show(cell.cellIndex);
      if (!cell || this.textOf(cell, key) !== from) left += 1;
      else writes.push({ ...this.sheet.placeOf(cell), text: to });
    }
    if (!changes.length) return;
    const { changed } = this.put(writes, { undoable: false });
    if (writes.length) this.movement.go(writes[0].row, writes[0].column);
    const done = which === "undo" ? t("Taken back: %(cells)s.", cells(changed)) : t("Done again: %(cells)s.", cells(changed));
    say(left ? `${done} ${t("Left alone, because changed since: %(cells)s.", cells(left))}` : done);
  }

  // Showing

  paint(cell) {
    this.sheet.paint(cell, this.unsent.get(this.keyOf(cell)));
  }

  keyOf(cell) {
    const { row, column } = this.sheet.placeOf(cell);
    return this.sheet.key(row, column);
  }

  here() {
    const { row, column } = this.movement;
    if (!this.sheet.isScore(row, column)) return {};
    const key = this.sheet.key(row, column);
    return { row, column, key, cell: this.sheet.at(row, column), entry: this.unsent.get(key) };
  }

  #moved() {
    if (!this.movement) return;
    this.narrow.show(this.movement.column);
    this.showHint();
  }

  showHint() {
    if (!this.movement) return;
    const { cell, entry } = this.here();
    const { row, column } = this.movement;
    if (!cell) this.hint.clear(column > 0 && column < this.sheet.lastColumn);
    else {
      this.hint.show({
        where: this.sheet.where(row, column),
        cell,
        entry,
        facts: this.sheet.facts(cell),
        theirs: this.sheet.textOf(cell),
        head: this.sheet.heads[column],
        editing: this.editor.isOpen ? this.editor.text : null,
        changedMeanwhile: this.editor.isOpen && this.editor.seen !== this.sheet.textOf(cell),
      });
    }
  }

  #showTools() {
    const looks = this.#looks().length;
    const place = this.querySelector("[data-look]");
    place.hidden = looks === 0;
    place.firstElementChild.textContent = nt("%(count)d cell needs a look", "%(count)d cells need a look", looks);
    const undo = this.querySelector("[data-undo]");
    if (undo) {
      undo.disabled = !this.#undo.canUndo;
      this.querySelector("[data-redo]").disabled = !this.#undo.canRedo;
    }
    this.hint?.showUnsent(this.querySelector("[data-unsent]"), this.unsent, this.dataset.signIn);
  }

  // Entries that wait for a person, in the table's order.
  #looks() {
    const place = (entry) => {
      const { row, column } = this.sheet.placeOf(this.sheet.cellOf(entry.key));
      return column * 10000 + row;
    };
    return this.unsent
      .all()
      .filter((entry) => entry.state !== "queued" && this.sheet.cellOf(entry.key))
      .sort((a, b) => place(a) - place(b));
  }

  // `here`: a cell that is in focus already counts as the next.
  look(step, here = false) {
    const looks = this.#looks();
    if (!looks.length) return;
    const at = looks.findIndex((entry) => entry.key === this.here().key);
    const ahead = at < 0 && step < 0 ? looks.length - 1 : (at + step + looks.length) % looks.length;
    const next = here && at >= 0 ? at : ahead;
    this.#looked = looks[next].key;
    const { row, column } = this.sheet.placeOf(this.sheet.cellOf(looks[next].key));
    this.hiding.show(column);
    this.movement.go(row, column);
  }

  // Sorts the students; the focus stays with the student and activity it was on.
  sort(column, direction) {
    const { current } = this.movement;
    this.order.by(column, direction);
    this.movement.followTo(this.sheet.placeOf(current).row);
  }

  hide(column) {
    this.hiding.hide(column);
    if (!this.sheet.hidden.has(column)) return;
    const next = this.sheet.nextColumn(column, 1) ?? this.sheet.nextColumn(column, -1);
    this.movement.go(this.movement.row, next, { focus: false });
  }

  shortcuts() {
    document.getElementById("shortcuts").showModal();
  }
}

function parseShown(text) {
  const { value = "", late } = parse(text);
  return { value, late: late || null };
}

function reason(wrong) {
  const reasons = {
    negative: t("A score cannot be negative."),
    decimals: t("A score has at most four decimals."),
    large: t("A score is at most 99999999.9999."),
    unreadable: t("This is no score: a number, EX, MI, IN, or nothing; L after it for late."),
  };
  return reasons[wrong];
}

customElements.define("twinbook-grid", TwinbookGrid);

