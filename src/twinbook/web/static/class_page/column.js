// What can be done with one activity: its pages, sorting by it, hiding it, and filling its blanks.

import { say } from "../web/say.js";
import { nt, t } from "../web/words.js";
import { parse } from "./parse.js";

export class ColumnDialog {
  #dialog = document.getElementById("column");
  #column = 0;

  constructor(grid) {
    this.grid = grid;
    const form = this.#dialog.querySelector("[data-fill]");
    form?.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#fill(form.querySelector("input").value);
    });
    form?.querySelector("[data-fill-missing]").addEventListener("click", () => this.#fill("MI"));
    this.#dialog.addEventListener("close", () => grid.movement.focus());
    for (const button of this.#dialog.querySelectorAll("[data-sort]")) {
      button.addEventListener("click", () => this.#sort(button.dataset.sort));
    }
    this.#dialog.querySelector("[data-hide]").addEventListener("click", () => this.#hide());
    for (const head of grid.sheet.heads) head.querySelector("a")?.setAttribute("role", "button");
    for (const head of grid.sheet.heads) head.querySelector("a")?.setAttribute("aria-haspopup", "dialog");
  }

  open(column) {
    const { sheet, dataset } = this.grid;
    this.#column = column;
    const link = sheet.heads[column].querySelector("a");
    this.#dialog.querySelector("h2").textContent = sheet.title(column);
    this.#dialog.querySelector("[data-column-about]").textContent = link.querySelector(".about").textContent;
    this.#dialog.querySelector("[data-column-page]").href = link.href;
    const edit = this.#dialog.querySelector("[data-column-edit]");
    if (edit) edit.href = `${link.href}edit/`;
    const history = this.#dialog.querySelector("[data-column-history]");
    history.hidden = !dataset.history;
    if (dataset.history) history.href = `${dataset.history}?activity=${sheet.heads[column].dataset.activity}`;
    const { order } = this.grid;
    for (const button of this.#dialog.querySelectorAll("[data-sort]")) {
      const now = button.dataset.sort ? order.column === column && order.direction === button.dataset.sort : order.column === 0;
      button.setAttribute("aria-pressed", String(now));
    }
    this.#dialog.querySelector("[data-hide]").hidden = this.grid.narrow.isOn;
    this.#showBlanks();
    this.#dialog.showModal();
  }

  #sort(direction) {
    this.grid.sort(this.#column, direction);
    this.#dialog.close();
    const title = this.grid.sheet.title(this.#column);
    if (direction === "descending") say(t("Sorted by “%(title)s”, highest first.", { title }));
    else if (direction === "ascending") say(t("Sorted by “%(title)s”, lowest first.", { title }));
    else say(t("Sorted by name."));
  }

  #hide() {
    const title = this.grid.sheet.title(this.#column);
    this.grid.hide(this.#column);
    this.#dialog.close();
    if (this.grid.sheet.hidden.has(this.#column)) say(t("“%(title)s” is hidden in this browser.", { title }));
    else say(t("The last activity in sight stays."));
  }

  #blanks() {
    const { sheet } = this.grid;
    const found = [];
    for (let row = 1; row <= sheet.lastRow; row += 1) {
      if (!sheet.isEditable(row, this.#column)) continue;
      const cell = sheet.at(row, this.#column);
      if (this.grid.textOf(cell, sheet.key(row, this.#column)) === "") found.push({ row, column: this.#column });
    }
    return found;
  }

  #showBlanks() {
    const form = this.#dialog.querySelector("[data-fill]");
    if (!form) return;
    const count = this.#blanks().length;
    form.hidden = count === 0;
    form.querySelector("[data-fill-words]").textContent = nt("%(count)d blank, fill it with", "%(count)d blanks, fill them with", count);
    form.querySelector("#fill-error").replaceChildren();
    form.querySelector("input").value = "";
  }

  #fill(text) {
    const parsed = parse(text);
    if (parsed.wrong || !text.trim()) {
      const line = document.createElement("li");
      line.textContent = t("A number, EX, MI or IN.");
      this.#dialog.querySelector("#fill-error").replaceChildren(line);
      return;
    }
    const { changed } = this.grid.put(this.#blanks().map((place) => ({ ...place, text })));
    this.#dialog.close();
    say(nt("%(count)d blank filled.", "%(count)d blanks filled.", changed));
  }
}
