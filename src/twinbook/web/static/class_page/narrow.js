// On a phone, or at 400 %: one activity at a time, chosen by a picker or with the keys that move left and right.

const NARROW = matchMedia("(max-width: 40rem)");

export class Narrow {
  #styles = new CSSStyleSheet();
  #picker;
  #column = 1;
  #rule = null;

  constructor(grid, sheet, choose) {
    this.sheet = sheet;
    sheet.isNarrow = () => this.isOn;
    this.#picker = grid.querySelector("[data-picker]");
    document.adoptedStyleSheets.push(this.#styles);
    this.#picker.addEventListener("change", () => this.#choose(choose, Number(this.#picker.value)));
    grid.querySelector("[data-before]").addEventListener("click", () => this.#choose(choose, this.#column - 1));
    grid.querySelector("[data-after]").addEventListener("click", () => this.#choose(choose, this.#column + 1));
    NARROW.addEventListener("change", () => this.show(this.#column));
    this.show(1);
  }

  get isOn() {
    return NARROW.matches;
  }

  #choose(choose, column) {
    if (column < 1 || column >= this.sheet.lastColumn) return;
    const stays = document.activeElement;
    choose(column);
    stays?.focus();
  }

  show(column) {
    if (column >= 1 && column < this.sheet.lastColumn) this.#column = column;
    const shown = [1, this.#column + 1, this.sheet.lastColumn + 1].map((index) => `[aria-colindex="${index}"]`);
    const rule = this.isOn ? `.grid tr > :not(${shown.join(", ")}) { display: none; }` : "";
    if (rule === this.#rule) return; // another rule costs a new style for every cell
    this.#rule = rule;
    this.#picker.value = String(this.#column);
    this.#styles.replaceSync(rule);
  }
}
