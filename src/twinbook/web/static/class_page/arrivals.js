// What comes from the server: answers to what was sent, and what others saved. It never touches an open editor or an
// unsaved value; where the two differ, the cell waits for a person.

import { t } from "../web/words.js";

export class Arrivals {
  constructor(grid) {
    this.grid = grid;
  }

  answered({ cells: saved, refused }, sent) {
    const { sheet, unsent } = this.grid;
    const asked = new Map(sent.map((entry) => [entry.key, entry]));
    for (const told of saved) {
      const key = `${told.activity_id}:${told.student_id}`;
      const cell = sheet.cellOf(key);
      const entry = unsent.get(key);
      if (cell) {
        sheet.learn(cell, told);
        this.grid.editor.ownArrived(cell);
      }
      if (entry && entry.text === asked.get(key)?.text) unsent.drop(key);
      else if (entry && cell) unsent.set({ ...entry, version: told.version, base: sheet.textOf(cell) });
      if (cell) this.grid.paint(cell);
    }
    for (const refusal of refused) this.#refused(refusal);
    this.grid.showHint();
  }

  #refused(refusal) {
    const { sheet, unsent } = this.grid;
    const key = `${refusal.activity_id}:${refusal.student_id}`;
    const cell = sheet.cellOf(key);
    const entry = unsent.get(key);
    if (!cell || !entry) return;
    if (refusal.cell) sheet.learn(cell, refusal.cell);
    if (refusal.points) sheet.heads[cell.cellIndex].dataset.points = refusal.points;
    const theirs = sheet.textOf(cell);
    if (theirs === entry.text) {
      unsent.drop(key);
    } else if (refusal.code === "version_conflict" && (theirs === entry.base || unsent.isOurs(key, theirs)) && refusal.cell.version > entry.version) {
      unsent.set({ ...entry, version: refusal.cell.version });
    } else if (refusal.code === "version_conflict") {
      this.grid.clash(entry, cell);
    } else if (refusal.code === "points_changed") {
      this.grid.clash(entry, cell, refusal.message);
    } else {
      const message = [refusal.message, refusal.hint].filter(Boolean).join(" ");
      unsent.set({ ...entry, state: "wrong", message });
    }
    this.grid.paint(cell);
  }

  // `told`: { whole, cells } in REST's shape. Of a whole, a cell that is not there is blank, and synced or local.
  receive({ whole, cells: told }) {
    const keys = new Set();
    for (const one of told) {
      const key = `${one.activity_id}:${one.student_id}`;
      keys.add(key);
      const cell = this.grid.sheet.cellOf(key);
      if (cell) this.#receiveOne(key, cell, one);
    }
    if (whole) this.#blankOthers(keys);
    this.grid.showHint();
  }

  #receiveOne(key, cell, told) {
    const { sheet, unsent } = this.grid;
    const before = sheet.textOf(cell);
    const { version } = sheet.facts(cell);
    if (!sheet.learn(cell, told)) return;
    const entry = unsent.get(key);
    const now = sheet.textOf(cell);
    if (unsent.isOurs(key, now)) this.grid.editor.ownArrived(cell);
    if (entry && entry.state !== "wrong") {
      const flying = unsent.inFlight(key);
      if (now === entry.text && !flying) unsent.drop(key);
      else if (now !== before && now !== entry.text && !unsent.isOurs(key, now) && entry.state === "queued") this.grid.clash(entry, cell);
      else if (told.version > version && !flying && entry.state === "queued") unsent.set({ ...entry, version: told.version });
    }
    this.grid.paint(cell);
  }

  #blankOthers(keys) {
    const { sheet, unsent } = this.grid;
    for (let row = 1; row <= sheet.lastRow; row += 1) {
      for (let column = 1; column < sheet.lastColumn; column += 1) {
        const cell = sheet.at(row, column);
        if (cell.textContent === "" && !cell.dataset.s && !cell.firstChild) continue;
        const key = sheet.key(row, column);
        if (keys.has(key) || unsent.get(key) || unsent.inFlight(key)) continue;
        const { version, sync } = sheet.facts(cell);
        this.#receiveOne(key, cell, { score: null, version, sync: sync === "local" ? sync : "synced" });
      }
    }
  }

  // What an earlier visit typed and could not save.
  restore() {
    const { sheet, unsent } = this.grid;
    const homeless = [];
    for (const entry of unsent.kept()) {
      const cell = sheet.cellOf(entry.key);
      if (!cell) {
        homeless.push(entry.text || t("blank"));
        unsent.drop(entry.key);
        continue;
      }
      const facts = sheet.facts(cell);
      const now = sheet.textOf(cell);
      if (entry.state === "queued" && now === entry.text) {
        unsent.drop(entry.key);
      } else if (entry.state === "queued" && facts.version !== entry.version && now !== entry.base) {
        unsent.set({ ...entry, state: "clash" });
      } else {
        unsent.set(entry);
      }
      this.grid.paint(cell);
    }
    this.grid.querySelector("[data-homeless]").textContent = homeless.length
      ? t("Typed earlier and not saved, because its activity or student is gone: %(texts)s", { texts: homeless.join(", ") })
      : "";
  }
}
