// <twinbook-grid>: the teacher's table of scores. The server renders it; this makes it a grid that saves cell by cell.
// Every change goes through `put`: typing, marks, paste, fill, undo. What comes from elsewhere goes through `receive`
// and never touches an open editor or an unsaved value: where the two differ, the cell waits for a person.

import { say } from "../web/say.js";
import { nt, t } from "../web/words.js";
import { copied, filledDown, pasted } from "./blocks.js";
import { ColumnDialog } from "./column.js";
import { Editor } from "./editor.js";
import { Hint } from "./hint.js";
import { Movement } from "./movement.js";
import { Narrow } from "./narrow.js";
import { parse, shown } from "./parse.js";
import { Sheet } from "./sheet.js";
import { Undo } from "./undo.js";
import { Unsent } from "./unsent.js";

const MARKS = { E: "EX", M: "MI", I: "IN" };
const MARK_WORDS = ["EX", "EXCUSED", "MI", "MISSING", "IN", "INC", "INCOMPLETE"];
const ONE_WORD_MS = 1500;

class TwinbookGrid extends HTMLElement {
  #undo = new Undo();
  #entered = false;
  #tabbedFrom = null;
  #word = { key: "", typed: "", at: 0 };
  #looked = "";
  #seen = null; // what the edited cell held when its editor opened

  connectedCallback() {
    const table = this.querySelector("table");
    const locked = "locked" in this.dataset;
    this.sheet = new Sheet(table, locked);
    this.narrow = new Narrow(this, this.sheet, (column) => this.movement.go(this.movement.row, column));
    this.unsent = new Unsent({
      user: this.dataset.user,
      schoolClass: this.dataset.class,
      address: this.dataset.save,
      answered: (answer, sent) => this.#answered(answer, sent),
      changed: () => this.#showTools(),
    });
    this.editor = new Editor(this.sheet, {
      commit: (cell, text, whole) => this.#commit(cell, text, whole),
      cancelled: (cell) => this.#paint(cell),
      changed: () => this.#showHint(),
    });
    this.hint = new Hint(this, { keep: () => this.#choose("mine"), take: () => this.#choose("theirs") });
    this.movement = new Movement(this.sheet, () => this.#moved());
    this.column = new ColumnDialog(this);
    this.#listen(table);
    this.querySelector(".grid-tools").hidden = false;
    if (!locked) this.#restore();
    this.#showTools();
    this.dataset.upgraded = "";
  }

  #listen(table) {
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
    this.querySelector("[data-undo]")?.addEventListener("click", () => this.#again("undo"));
    this.querySelector("[data-redo]")?.addEventListener("click", () => this.#again("redo"));
    this.querySelector("[data-shortcuts]").addEventListener("click", () => this.#shortcuts());
    this.querySelector("[data-look-next]").addEventListener("click", () => this.#look(1, this.#looked !== this.#here().key));
    window.addEventListener("beforeunload", (event) => this.unsent.waiting && event.preventDefault());
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
      this.#paint(cell);
    }
    if (undoable) this.#undo.record(batch);
    this.#showTools();
    this.#showHint();
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
    const seen = this.#seen;
    this.put([{ row, column, text }], { whole });
    const entry = this.unsent.get(key);
    if (entry?.state === "queued" && seen !== this.sheet.textOf(cell)) this.#clash(entry, cell);
  }

  #clash(entry, cell, message = "") {
    this.unsent.set({ ...entry, state: "clash", message });
    this.#paint(cell);
    const { row, column } = this.sheet.placeOf(cell);
    say(
      t("%(student)s, %(activity)s: another value came meanwhile. Yours is kept and not sent.", {
        student: this.sheet.name(row),
        activity: this.sheet.title(column),
      }),
    );
    this.#showHint();
  }

  // Of a cell where two values meet.
  #choose(which) {
    const { key, cell, entry } = this.#here();
    if (entry?.state !== "clash" && !(entry?.state === "wrong" && which === "theirs")) return;
    if (which === "mine") {
      const { value, late } = parseShown(entry.text);
      this.unsent.set({ ...entry, ...this.#entry(key, cell), text: entry.text, value, late, state: "queued" });
    } else {
      this.unsent.drop(key);
    }
    this.#paint(cell);
    this.#showHint();
    this.movement.focus();
  }

  #again(which) {
    const changes = this.#undo[which]();
    const writes = [];
    let left = 0;
    for (const { key, from, to } of changes) {
      const cell = this.sheet.cellOf(key);
      if (!cell || this.textOf(cell, key) !== from) left += 1;
      else writes.push({ ...this.sheet.placeOf(cell), text: to });
    }
    if (!changes.length) return;
    const { changed } = this.put(writes, { undoable: false });
    if (writes.length) this.movement.go(writes[0].row, writes[0].column);
    const done = which === "undo" ? t("Taken back: %(cells)s.", cells(changed)) : t("Done again: %(cells)s.", cells(changed));
    say(left ? `${done} ${t("Left alone, because changed since: %(cells)s.", cells(left))}` : done);
  }

  // From the server

  #answered({ cells: saved, refused }, sent) {
    const asked = new Map(sent.map((entry) => [entry.key, entry]));
    for (const told of saved) {
      const key = `${told.activity_id}:${told.student_id}`;
      const cell = this.sheet.cellOf(key);
      const entry = this.unsent.get(key);
      if (cell) this.sheet.learn(cell, told);
      if (entry && entry.text === asked.get(key)?.text) this.unsent.drop(key);
      else if (entry && cell) this.unsent.set({ ...entry, version: told.version, base: this.sheet.textOf(cell) });
      if (cell) this.#paint(cell);
    }
    for (const refusal of refused) this.#refused(refusal);
    this.#showHint();
  }

  #refused(refusal) {
    const key = `${refusal.activity_id}:${refusal.student_id}`;
    const cell = this.sheet.cellOf(key);
    const entry = this.unsent.get(key);
    if (!cell || !entry) return;
    if (refusal.cell) this.sheet.learn(cell, refusal.cell);
    if (refusal.points) this.sheet.heads[cell.cellIndex].dataset.points = refusal.points;
    const theirs = this.sheet.textOf(cell);
    if (theirs === entry.text) {
      this.unsent.drop(key);
    } else if (refusal.code === "version_conflict" && theirs === entry.base && refusal.cell.version > entry.version) {
      this.unsent.set({ ...entry, version: refusal.cell.version });
    } else if (refusal.code === "version_conflict") {
      this.#clash(entry, cell);
    } else if (refusal.code === "points_changed") {
      this.#clash(entry, cell, refusal.message);
    } else {
      const message = [refusal.message, refusal.hint].filter(Boolean).join(" ");
      this.unsent.set({ ...entry, state: "wrong", message });
    }
    this.#paint(cell);
  }

  // `told`: { whole, cells } in REST's shape. Of a whole, a cell that is not there is blank, and synced or local.
  receive({ whole, cells: told }) {
    const keys = new Set();
    for (const one of told) {
      const key = `${one.activity_id}:${one.student_id}`;
      keys.add(key);
      const cell = this.sheet.cellOf(key);
      if (cell) this.#receiveOne(key, cell, one);
    }
    if (whole) this.#blankOthers(keys);
    this.#showHint();
  }

  #receiveOne(key, cell, told) {
    const before = this.sheet.textOf(cell);
    const { version } = this.sheet.facts(cell);
    if (!this.sheet.learn(cell, told)) return;
    const entry = this.unsent.get(key);
    const now = this.sheet.textOf(cell);
    if (entry && entry.state !== "wrong") {
      const flying = this.unsent.inFlight(key);
      if (now === entry.text && !flying) this.unsent.drop(key);
      else if (now !== before && now !== entry.text && now !== flying?.text && entry.state === "queued") this.#clash(entry, cell);
      else if (told.version > version && !flying && entry.state === "queued") this.unsent.set({ ...entry, version: told.version });
    }
    this.#paint(cell);
  }

  #blankOthers(keys) {
    for (let row = 1; row <= this.sheet.lastRow; row += 1) {
      for (let column = 1; column < this.sheet.lastColumn; column += 1) {
        const cell = this.sheet.at(row, column);
        if (cell.textContent === "" && !cell.dataset.s && !cell.firstChild) continue;
        const key = this.sheet.key(row, column);
        if (keys.has(key) || this.unsent.get(key) || this.unsent.inFlight(key)) continue;
        const { version, sync } = this.sheet.facts(cell);
        this.#receiveOne(key, cell, { score: null, version, sync: sync === "local" ? sync : "synced" });
      }
    }
  }

  #restore() {
    for (const entry of this.unsent.kept()) {
      const cell = this.sheet.cellOf(entry.key);
      if (!cell) continue;
      const facts = this.sheet.facts(cell);
      const now = this.sheet.textOf(cell);
      if (entry.state === "queued" && now === entry.text) {
        this.unsent.drop(entry.key);
      } else if (entry.state === "queued" && facts.version !== entry.version && now !== entry.base) {
        this.unsent.set({ ...entry, state: "clash" });
      } else {
        this.unsent.set(entry);
      }
      this.#paint(cell);
    }
  }

  // Showing

  #paint(cell) {
    const { row, column } = this.sheet.placeOf(cell);
    this.sheet.paint(cell, this.unsent.get(this.sheet.key(row, column)));
  }

  #here() {
    const { row, column } = this.movement;
    if (!this.sheet.isScore(row, column)) return {};
    const key = this.sheet.key(row, column);
    return { row, column, key, cell: this.sheet.at(row, column), entry: this.unsent.get(key) };
  }

  #moved() {
    if (!this.movement) return;
    this.narrow.show(this.movement.column);
    this.#showHint();
  }

  #showHint() {
    if (!this.movement) return;
    const { cell, entry, row, column } = this.#here();
    if (!cell) this.hint.clear();
    else {
      this.hint.show({
        where: this.sheet.where(row, column),
        cell,
        entry,
        facts: this.sheet.facts(cell),
        theirs: this.sheet.textOf(cell),
        head: this.sheet.heads[column],
        editing: this.editor.isOpen ? this.editor.text : null,
        changedMeanwhile: this.editor.isOpen && this.#seen !== this.sheet.textOf(cell),
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
  #look(step, here = false) {
    const looks = this.#looks();
    if (!looks.length) return;
    const at = looks.findIndex((entry) => entry.key === this.#here().key);
    const ahead = at < 0 && step < 0 ? looks.length - 1 : (at + step + looks.length) % looks.length;
    const next = here && at >= 0 ? at : ahead;
    this.#looked = looks[next].key;
    const { row, column } = this.sheet.placeOf(this.sheet.cellOf(looks[next].key));
    this.movement.go(row, column);
  }

  #shortcuts() {
    document.getElementById("shortcuts").showModal();
  }

  // Keys and pointer

  #key(event) {
    if (event.isComposing || event.altKey) return;
    const taken = this.editor.isOpen ? this.#keyWhileEditing(event) : this.#keyWhileMoving(event);
    if (taken) event.preventDefault();
  }

  #keyWhileEditing(event) {
    if (event.key === "Escape") {
      this.editor.cancel();
      this.movement.focus();
      this.#showHint();
      return true;
    }
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) return this.#fillRange();
    if (!this.editor.endsWith(event)) return false;
    this.editor.close();
    if (event.key === "Tab") return this.#tab(event.shiftKey);
    if (event.key === "Enter") this.#down(event.shiftKey ? -1 : 1);
    else this.movement.key(event);
    return true;
  }

  #keyWhileMoving(event) {
    if (event.key === "Tab") return this.#entered && this.#tab(event.shiftKey);
    if (event.key === "Shift" || event.key === "Control" || event.key === "Meta") return false;
    const leaving = event.key === "Escape" && !this.movement.isRange;
    this.#entered = !leaving;
    if (event.key === "Escape") {
      this.#tabbedFrom = null;
      this.movement.collapse();
      return true;
    }
    if (event.ctrlKey || event.metaKey) {
      const command = this.#command(event.key.toLowerCase(), event.shiftKey);
      if (command) return true;
    }
    if (this.movement.key(event)) {
      this.#tabbedFrom = null;
      return true;
    }
    if (event.ctrlKey || event.metaKey) return false;
    return this.#keyOnCell(event);
  }

  #command(letter, shift) {
    if (letter === "z") this.#again(shift ? "redo" : "undo");
    else if (letter === "y") this.#again("redo");
    else if (letter === "d") this.#fillDown();
    else if (letter === "a") this.movement.select({ top: 1, left: 1, bottom: this.sheet.lastRow, right: this.sheet.lastColumn - 1 });
    else return false;
    return true;
  }

  #keyOnCell(event) {
    const { row, column } = this.movement;
    if (event.key === "F8") {
      this.#look(event.shiftKey ? -1 : 1);
      return true;
    }
    if (event.key === "?") {
      this.#shortcuts();
      return true;
    }
    if (!this.sheet.isScore(row, column)) return false;
    if (event.key === "Enter" || event.key === "F2") return this.#edit();
    if (event.key === "Delete" || event.key === "Backspace") return this.#clear();
    if (event.key.length !== 1 || event.key === " ") return event.key === " ";
    return this.#letter(event.key) || this.#edit(event.key);
  }

  #edit(first) {
    const { cell, key } = this.#here();
    const { row, column } = this.movement;
    if (!cell || !this.sheet.isEditable(row, column) || this.editor.isOpen) return Boolean(cell);
    this.#seen = this.sheet.textOf(cell);
    this.#entered = true;
    this.editor.open(cell, this.textOf(cell, key), first);
    this.#showHint();
    return true;
  }

  // Single letters act on the cell in focus: marks, late, and the two choices where values meet. The rest of a mark's
  // word, typed on, changes nothing: E and EX are the same.
  #letter(letter) {
    const upper = letter.toUpperCase();
    const { key, entry } = this.#here();
    if (entry?.state === "clash" && (upper === "K" || upper === "T")) {
      this.#choose(upper === "K" ? "mine" : "theirs");
      return true;
    }
    const now = performance.now();
    const going = this.#word.key === key && now - this.#word.at < ONE_WORD_MS ? this.#word.typed : "";
    if (going && MARK_WORDS.some((word) => word.startsWith(going + upper))) {
      this.#word = { key, typed: going + upper, at: now };
      return true;
    }
    if (!(upper in MARKS) && upper !== "L") return false;
    const places = this.movement.places();
    if (upper === "L") this.#toggleLate(places);
    else this.put(places.map((place) => ({ ...place, text: MARKS[upper] })), { whole: false });
    this.#word = { key, typed: upper, at: now };
    return true;
  }

  #toggleLate(places) {
    const texts = places.map(({ row, column }) => this.textOf(this.sheet.at(row, column), this.sheet.key(row, column)));
    const all = texts.every((text) => text === "L" || text.endsWith(" L"));
    const text = (old) => (all ? old.replace(/ ?L$/, "") : old === "L" || old.endsWith(" L") ? old : `${old} L`.trim());
    this.put(places.map((place, index) => ({ ...place, text: text(texts[index]) })));
  }

  #down(step) {
    if (this.#tabbedFrom !== null) {
      this.movement.go(this.movement.row + step, this.#tabbedFrom);
      this.#tabbedFrom = null;
    } else if (this.movement.nextInColumn(step)) {
      say(this.sheet.title(this.movement.column));
    }
  }

  #tab(back) {
    const { row, column } = this.movement;
    const next = column + (back ? -1 : 1);
    if (next < 1 || next >= this.sheet.lastColumn) {
      this.movement.focus();
      return false;
    }
    this.#tabbedFrom ??= column;
    this.movement.go(row, next);
    return true;
  }

  #clear() {
    const { changed } = this.put(this.movement.places().map((place) => ({ ...place, text: "" })));
    if (changed > 1) say(t("Blank now: %(cells)s.", cells(changed)));
    return true;
  }

  #fillRange() {
    const { text } = this.editor;
    this.editor.cancel();
    const { changed } = this.put(this.movement.places().map((place) => ({ ...place, text })));
    this.movement.focus();
    say(t("Filled: %(cells)s.", cells(changed)));
    return true;
  }

  #fillDown() {
    const { changed } = this.put(filledDown(this.movement, (row, column) => this.#text(row, column)));
    say(t("Filled: %(cells)s.", cells(changed)));
  }

  #text(row, column) {
    if (!this.sheet.isScore(row, column)) return this.sheet.at(row, column).textContent.trim();
    return this.textOf(this.sheet.at(row, column), this.sheet.key(row, column));
  }

  #copy(event) {
    if (this.editor.isOpen) return false;
    event.clipboardData.setData("text/plain", copied(this.movement.range, (row, column) => this.#text(row, column)));
    event.preventDefault();
    return true;
  }

  #paste(event) {
    if (this.editor.isOpen) return;
    event.preventDefault();
    const block = pasted(event.clipboardData.getData("text/plain"), this.movement, this.sheet);
    const { changed, locked } = this.put(block.writes);
    this.movement.select(block.range);
    const outside = block.outside + locked;
    const done = t("Pasted: %(cells)s.", cells(changed));
    say(outside ? `${done} ${t("Outside of the scores: %(cells)s.", cells(outside))}` : done);
  }

  #pressed(event) {
    const cell = event.target.closest("td, th");
    if (!cell || event.button !== 0 || event.target.closest("input, a")) return;
    const { row, column } = this.sheet.placeOf(cell);
    const again = event.pointerType === "touch" && cell === this.movement.current;
    event.preventDefault();
    this.#entered = true;
    this.#tabbedFrom = null;
    this.movement.go(row, column, { extend: event.shiftKey });
    if (again || (event.pointerType === "touch" && this.narrow.isOn)) this.#edit();
  }

  #dragged(event) {
    if (event.buttons !== 1 || event.pointerType === "touch" || this.editor.isOpen) return;
    const cell = event.target.closest("td");
    if (!cell || cell === this.movement.current || !this.contains(document.activeElement)) return;
    const { row, column } = this.sheet.placeOf(cell);
    if (this.sheet.isScore(row, column)) this.movement.go(row, column, { extend: true });
  }

  #clicked(event) {
    const link = event.target.closest("thead a");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const { column } = this.sheet.placeOf(link.closest("th"));
    this.movement.go(0, column);
    this.column.open(column);
  }
}

function parseShown(text) {
  const { value = "", late } = parse(text);
  return { value, late: late || null };
}

function cells(count) {
  return { cells: nt("%(count)d cell", "%(count)d cells", count) };
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

