// One input, moved into the cell that is edited. A typed edit has replaced the old text and ends with any arrow; an
// edit begun with Enter or F2 keeps the text, and left and right move the caret.

export class Editor {
  #input = document.createElement("input");
  #before = "";
  cell = null;
  typed = false;
  seen = ""; // what the cell held when it was opened, or holds by now of our own saving

  // `commit(text, whole)`: what was typed and whether it began with the whole old text.
  constructor(sheet, { commit, cancelled, changed }) {
    this.sheet = sheet;
    this.commit = commit;
    this.cancelled = cancelled;
    Object.assign(this.#input, { autocomplete: "off", spellcheck: false, maxLength: 60 });
    this.#input.setAttribute("aria-describedby", "grid-hint");
    this.#input.addEventListener("input", () => changed());
    this.#input.addEventListener("blur", () => this.isOpen && this.close());
  }

  get isOpen() {
    return this.cell !== null;
  }

  get text() {
    return this.#input.value;
  }

  // `first`: the letter that began a typed edit; undefined: the whole text is kept.
  open(cell, text, first) {
    const { row, column } = this.sheet.placeOf(cell);
    this.cell = cell;
    this.typed = first !== undefined;
    this.seen = this.sheet.textOf(cell);
    this.#before = text;
    this.#input.value = first ?? text;
    this.#input.setAttribute("aria-label", this.sheet.where(row, column));
    cell.textContent = "";
    cell.append(this.#input);
    this.#input.focus({ preventScroll: true });
    this.#input.setSelectionRange(this.#input.value.length, this.#input.value.length);
  }

  // What was saved here before reached the server: no other value came.
  ownArrived(cell) {
    if (cell === this.cell) this.seen = this.sheet.textOf(cell);
  }

  // Saves; an edit begun with the whole text that leaves it as it was changes nothing.
  close() {
    const { cell, text, typed } = this;
    this.#end();
    if (typed || text.trim() !== this.#before) this.commit(cell, text, !typed);
    else this.cancelled(cell);
  }

  cancel() {
    const { cell } = this;
    this.#end();
    this.cancelled(cell);
  }

  #end() {
    this.cell = null;
    this.#input.remove();
  }

  endsWith(event) {
    if (["Enter", "Tab", "ArrowUp", "ArrowDown"].includes(event.key)) return true;
    return this.typed && (event.key === "ArrowLeft" || event.key === "ArrowRight");
  }
}
