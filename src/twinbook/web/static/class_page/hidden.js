// Activities that a person has put out of sight in this browser. What is hidden is counted and one press away, and no
// key, paste or fill reaches it. On a narrow screen one activity stands alone anyway, and none is hidden.

import { nt } from "../web/words.js";

export class Hidden {
  #styles = new CSSStyleSheet();
  #button;
  #store;

  constructor(grid) {
    this.grid = grid;
    this.#store = `twinbook-hidden:${grid.dataset.user}:${grid.dataset.class}`;
    this.#button = grid.querySelector("[data-show-hidden]");
    this.#button.addEventListener("click", () => this.showAll());
    document.adoptedStyleSheets.push(this.#styles);
    for (const activity of this.#kept()) {
      const column = grid.sheet.columns.get(activity);
      if (column !== undefined) grid.sheet.hidden.add(column);
    }
    if (grid.sheet.nextColumn(0, 1) === undefined) grid.sheet.hidden.clear();
    this.#apply();
  }

  hide(column) {
    const { hidden } = this.grid.sheet;
    hidden.add(column);
    if (this.grid.sheet.nextColumn(0, 1) === undefined) hidden.delete(column); // the last one stays
    this.#apply();
  }

  show(column) {
    if (this.grid.sheet.hidden.delete(column)) this.#apply();
  }

  showAll() {
    this.grid.sheet.hidden.clear();
    this.#apply();
    this.grid.movement.focus();
  }

  #apply() {
    const { hidden, heads } = this.grid.sheet;
    const columns = [...hidden].map((column) => `[aria-colindex="${column + 1}"]`);
    const rule = columns.length ? `.grid tr > :is(${columns.join(", ")}) { display: none; }` : "";
    this.#styles.replaceSync(rule && `@media (min-width: 40.0625rem) { ${rule} }`);
    this.#button.hidden = hidden.size === 0;
    this.#button.textContent = nt("Show %(count)d hidden activity", "Show %(count)d hidden activities", hidden.size);
    this.#keep([...hidden].map((column) => heads[column].dataset.activity));
  }

  #kept() {
    try {
      return JSON.parse(localStorage.getItem(this.#store) ?? "[]");
    } catch {
      return [];
    }
  }

  #keep(activities) {
    try {
      if (activities.length) localStorage.setItem(this.#store, JSON.stringify(activities));
      else localStorage.removeItem(this.#store);
    } catch {
      // The browser keeps nothing: they are back after a reload.
    }
  }
}
