// One line above the table about the cell in focus, and what is not saved yet.

import { nt, t } from "../web/words.js";
import { above, parse } from "./parse.js";

export class Hint {
  #place;
  #text;
  #actions;
  #described = null;
  #needsYou;
  #where;

  constructor(grid, { keep, take }) {
    this.#place = grid.querySelector("[data-hint-place]");
    this.#place.hidden = false;
    this.#where = grid.querySelector("[data-where]");
    this.#text = grid.querySelector("[data-hint]");
    this.#actions = grid.querySelector("[data-hint-actions]");
    this.#needsYou = grid.dataset.needsYou;
    this.keep = keep;
    this.take = take;
  }

  // Before any cell was chosen.
  idle(mayEdit) {
    this.#where.textContent = mayEdit
      ? t("Choose a cell and type. An activity’s title opens what can be done with it.")
      : t("Choose a cell to read more about it; an activity’s title opens what can be done with it.");
    this.#say(null, "");
  }

  clear(isHead) {
    this.#where.textContent = isHead ? t("Enter opens what can be done with this activity.") : "";
    this.#say(null, "");
  }

  // `where`: the student, the activity and its points, in words.
  show({ where, cell, entry, facts, theirs, head, editing, changedMeanwhile }) {
    if (this.#where.textContent !== where) this.#where.textContent = where;
    if (editing !== null) this.#say(null, this.#whileEditing(editing, changedMeanwhile, theirs, head), [], true);
    else if (entry?.state === "clash") this.#say(cell, met(entry, theirs), [[t("Keep mine (K)"), this.keep], [t("Take theirs (T)"), this.take]]);
    else if (entry?.state === "wrong") this.#say(cell, t("%(why)s It is kept here and not sent.", { why: entry.message }), [[t("Drop it"), this.take]]);
    else if (facts.sync === "conflict") this.#say(cell, t("Aeries holds another score."), this.#answer());
    else if (facts.sync === "held") this.#say(cell, t("This score cannot go to Aeries by itself."), this.#answer());
    else if (cell.hasAttribute("data-over")) this.#say(cell, tooMuch(head), [], true);
    else this.#say(cell, "");
  }

  #whileEditing(text, changedMeanwhile, theirs, head) {
    if (changedMeanwhile) {
      return t("Meanwhile this became %(value)s. What you type is kept; you choose after Enter.", { value: theirs || t("blank") });
    }
    const { value } = parse(text);
    return value !== undefined && !("extra" in head.dataset) && above(value, head.dataset.points) ? tooMuch(head) : "";
  }

  #answer() {
    return this.#needsYou ? [[t("Decide"), this.#needsYou]] : [];
  }

  #say(cell, text, actions = [], quiet = false) {
    if (this.#described !== cell) this.#described?.removeAttribute("aria-describedby");
    this.#described = cell;
    if (text) cell?.setAttribute("aria-describedby", "grid-hint");
    else cell?.removeAttribute("aria-describedby");
    if (text) this.#place.dataset.tells = quiet ? "quiet" : "loud";
    else delete this.#place.dataset.tells;
    if (this.#text.textContent !== text) this.#text.textContent = text;
    if (this.#actions.dataset.shows === JSON.stringify(actions.map(([words]) => words))) return;
    this.#actions.dataset.shows = JSON.stringify(actions.map(([words]) => words));
    this.#actions.replaceChildren(...actions.map(([words, does]) => control(words, does)));
  }

  showUnsent(place, unsent, signIn) {
    const { waiting, trouble } = unsent;
    if (!waiting || !trouble) {
      if (place.textContent) place.replaceChildren();
      return;
    }
    const count = nt("%(count)d cell is not saved yet.", "%(count)d cells are not saved yet.", waiting);
    const words = `${count} ${troubleWords(trouble)}`;
    if (place.dataset.shows === words && place.textContent) return;
    place.dataset.shows = words;
    place.replaceChildren(words);
    if (trouble.status === 401) {
      const link = document.createElement("a");
      Object.assign(link, { href: signIn, target: "_blank", textContent: t("Sign in again (new tab)") });
      place.append(" ", link);
    }
  }
}

function met(entry, theirs) {
  const mine = entry.text || t("blank");
  if (entry.message) return t("%(why)s You typed %(mine)s.", { why: entry.message, mine });
  return t("You typed %(mine)s; meanwhile %(theirs)s was saved.", { mine, theirs: theirs || t("blank") });
}

function tooMuch(head) {
  return t("Above the maximum of %(points)s. It is saved as typed.", { points: head.dataset.points });
}

function troubleWords({ status, code, message }) {
  if (status === 401) return t("Your session has ended; what you typed is kept here.");
  if (status === 0 || status >= 500) return t("Twinbook cannot be reached; it is tried again by itself, and what you typed is kept here.");
  return code === "unexpected" ? t("Twinbook refused it; reload the page, what you typed is kept here.") : message;
}

function control(words, does) {
  const found = document.createElement(typeof does === "string" ? "a" : "button");
  found.className = "button small";
  found.textContent = words;
  if (typeof does === "string") found.href = does;
  else {
    found.type = "button";
    found.addEventListener("click", does);
  }
  return found;
}
