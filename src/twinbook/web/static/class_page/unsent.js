// What was typed and is not saved yet. Each entry is kept in the browser until the server has it, so that neither an
// error nor a time-out, a lost network, an ended session or a closed window loses it. Sent one request at a time.
//
// An entry: { key, activity, student, text, value, late, version, base, points, state, message, theirs }
//   state   "queued" · "wrong" (not sent: a person looks) · "clash" (another value came: a person chooses)
//   value   canonical (parse.js); undefined: only `late` changes. late: true, null (cleared) or undefined (unchanged)
//   version, base   the cell's version and text that the person saw

import { ask } from "../web/ask.js";
import { body } from "./parse.js";

const PREFIX = "twinbook-unsent";
const MOST_AT_ONCE = 300; // a browser lets 64 KB go on when the page is left
const PATIENCE_MS = 20000;
const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 30000;

export class Unsent {
  #entries = new Map();
  #sending = new Map();
  #perhapsSaved = new Map(); // key → text of a request whose answer was lost
  #prefix;
  #address;
  #answered;
  #changed;
  #pause = FIRST_PAUSE_MS;
  #timer = 0;
  #telling = false;
  #atOnce = MOST_AT_ONCE;
  trouble = null;

  // `answered(answer, sent)`: a request was answered; `changed()`: entries or `trouble` are others now.
  constructor({ user, schoolClass, address, answered, changed }) {
    this.#prefix = `${PREFIX}:${user}:${schoolClass}:`;
    this.user = user;
    this.#address = address;
    this.#answered = answered;
    this.#changed = changed;
    window.addEventListener("online", () => this.sendNow());
    document.addEventListener("visibilitychange", () => !document.hidden && this.trouble && this.sendNow());
    window.addEventListener("pagehide", () => this.#sendLeaving());
    window.addEventListener("focus", () => this.trouble && this.sendNow());
  }

  // Entries of an earlier visit, oldest first.
  kept() {
    const found = [];
    for (const name of Object.keys(localStorage)) {
      if (!name.startsWith(this.#prefix)) continue;
      try {
        found.push(JSON.parse(localStorage.getItem(name)));
      } catch {
        localStorage.removeItem(name);
      }
    }
    return found.sort((a, b) => a.at - b.at);
  }

  get(key) {
    return this.#entries.get(key);
  }

  all() {
    return [...this.#entries.values()];
  }

  get waiting() {
    return this.all().filter((entry) => entry.state === "queued").length;
  }

  set(entry) {
    entry.at ??= Date.now();
    this.#entries.set(entry.key, entry);
    try {
      localStorage.setItem(this.#prefix + entry.key, JSON.stringify(entry));
    } catch {
      // The browser keeps nothing (private window, full): the page itself still holds it and warns before it closes.
    }
    this.#tellChanged();
    if (entry.state === "queued") this.#sendSoon(0);
  }

  drop(key) {
    localStorage.removeItem(this.#prefix + key);
    if (this.#entries.delete(key)) this.#tellChanged();
  }

  // Once for all that one task changes.
  #tellChanged() {
    if (this.#telling) return;
    this.#telling = true;
    queueMicrotask(() => {
      this.#telling = false;
      this.#changed();
    });
  }

  // What is on its way for this cell.
  inFlight(key) {
    return this.#sending.get(key);
  }

  // Whether a value that the server tells is our own: of the request under way, or of one whose answer was lost. That is
  // nobody else's value, and no clash with what was typed since.
  isOurs(key, text) {
    return this.#sending.get(key)?.text === text || this.#perhapsSaved.get(key) === text;
  }

  sendNow() {
    this.#pause = FIRST_PAUSE_MS;
    this.#sendSoon(0);
  }

  #sendSoon(after) {
    if (this.trouble && after === 0 && this.#timer && this.#pause > FIRST_PAUSE_MS) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#send(), after);
  }

  async #send() {
    this.#timer = 0;
    if (this.#sending.size) return;
    const batch = this.all().filter((entry) => entry.state === "queued").slice(0, this.#atOnce);
    if (!batch.length) return;
    for (const entry of batch) this.#sending.set(entry.key, { ...entry });
    const answer = await this.#post(batch.map(asked));
    const sent = [...this.#sending.values()];
    this.#sending.clear();
    if (answer.ok) {
      this.#pause = FIRST_PAUSE_MS;
      this.trouble = null;
      this.#answered(answer.body, sent);
      for (const entry of sent) this.#perhapsSaved.delete(entry.key);
      this.#tellChanged();
      this.#sendSoon(0);
    } else if (answer.status === 413 || answer.status === 422) {
      this.#unreadable(answer, sent);
    } else {
      for (const entry of sent) this.#perhapsSaved.set(entry.key, entry.text);
      this.trouble = { status: answer.status, ...answer.body };
      this.#tellChanged();
      this.#sendSoon(this.#pause);
      this.#pause = Math.min(2 * this.#pause, LONGEST_PAUSE_MS);
    }
  }

  // What waits for the answer of the request under way would else wait for the next visit. Entries stay kept: the next
  // visit finds out what has arrived.
  #sendLeaving() {
    const left = this.all().filter((entry) => entry.state === "queued" && !this.#sending.has(entry.key));
    if (left.length) this.#post(left.slice(0, MOST_AT_ONCE).map(asked));
  }

  // One cell spoils a request: from then on each goes by itself, and the one at fault is shown to the person.
  #unreadable(answer, sent) {
    if (sent.length > 1) this.#atOnce = 1;
    else {
      const entry = this.#entries.get(sent[0].key);
      if (entry) this.set({ ...entry, state: "wrong", message: answer.body.message });
    }
    this.#sendSoon(0);
  }

  async #post(cells) {
    const patience = new AbortController();
    const timer = setTimeout(() => patience.abort(), PATIENCE_MS);
    try {
      return await ask("POST", this.#address, { user: this.user, cells }, { signal: patience.signal, keepalive: true });
    } catch {
      return { ok: false, status: 0, body: { code: "network" } };
    } finally {
      clearTimeout(timer);
    }
  }
}

function asked({ activity, student, value, late, version, points }) {
  return {
    activity_id: activity,
    student_id: student,
    version,
    points,
    ...(value === undefined ? {} : body(value)),
    ...(late === undefined ? {} : { late }),
  };
}
