// Screens 2 to 4: each answer is saved by itself, without loading the page. The form works without this too, and its buttons
// send whatever could not be saved.

import { ask } from "../web/ask.js";
import { nt, t } from "../web/words.js";

const form = document.getElementById("answers");
const status = form.querySelector("[data-status]");
const next = form.querySelector("[data-next-open]");
const AGAIN_MS = 4000;
const SLOW_MS = 800;
let partners = JSON.parse(document.getElementById("partners").textContent);

const waiting = new Set(); // rows changed since their last sending
let sending = false;
let underWay = [];

form.addEventListener("change", (event) => {
  const row = event.target.closest("[data-row]");
  if (!row) return;
  if (event.target.name.startsWith("partner:") && event.target.value) choose(row, "match");
  changed(row);
});

function changed(row) {
  row.dataset.typed = String(Number(row.dataset.typed ?? 0) + 1);
  if (now(row).answer === "match" && !now(row).partner) {
    mark(row, t("Choose what it is matched with."));
    return;
  }
  waiting.add(row.dataset.row);
  tell("");
  send();
}

// What somebody answered before this script was there. A refused answer is not sent again by itself.
function catchUp() {
  for (const row of form.querySelectorAll("[data-row]")) {
    if (row.querySelector(".errors")) continue;
    const { was, answer = "" } = now(row);
    if (answer !== was.split("|", 1)[0]) changed(row);
  }
}

function fields(row) {
  const id = row.dataset.row;
  return [...row.querySelectorAll("input, select")].map((field) => [field, field.name.slice(0, -id.length - 1)]);
}

function now(row) {
  const found = { id: row.dataset.row };
  for (const [field, part] of fields(row)) {
    if (field.type !== "radio" || field.checked) found[part] = field.value;
  }
  return found;
}

function choose(row, value) {
  for (const [field, part] of fields(row)) {
    if (part === "answer") field.checked = field.value === value;
  }
}

function rowOf(id) {
  return form.querySelector(`[data-row="${CSS.escape(id)}"]`);
}

async function send() {
  if (sending || !waiting.size) return;
  sending = true;
  const ids = [...waiting];
  waiting.clear();
  underWay = ids;
  const typed = new Map(ids.map((id) => [id, rowOf(id).dataset.typed]));
  const slow = setTimeout(() => tell(t("Saving…")), SLOW_MS);
  const answer = await ask("POST", form.dataset.save, { rows: ids.map((id) => now(rowOf(id))) });
  clearTimeout(slow);
  sending = false;
  underWay = [];
  if (answer.ok) show(answer.body, typed);
  else failed(answer, ids);
  if (answer.ok) send();
}

function failed(answer, ids) {
  const { message, hint, leads_to: leadsTo } = answer.body;
  if (leadsTo) {
    location.assign(leadsTo);
    return;
  }
  for (const id of ids) waiting.add(id);
  tell([message, hint].filter(Boolean).join(" "));
  if (answer.status === 0 || answer.status >= 500) setTimeout(send, AGAIN_MS);
}

function show(body, typed) {
  partners = body.options;
  for (const [id, html] of Object.entries(body.rows)) {
    const row = rowOf(id);
    const changedSince = typed.has(id) ? row?.dataset.typed !== typed.get(id) : waiting.has(id);
    if (!row) continue;
    const fresh = parsed(html);
    row.querySelector("[data-was]").value = fresh.querySelector("[data-was]").value;
    if (!changedSince) renew(row, fresh);
  }
  for (const part of ["steps", "filters", "bulk"]) {
    const place = document.querySelector(`[data-part="${part}"]`);
    if (place && !place.contains(document.activeElement)) place.innerHTML = body[part];
  }
  tell(Object.values(body.refused)[0] ?? saved(body.left));
  offerNext();
}

function saved(left) {
  if (!left) return t("Saved. Everything here is answered.");
  return nt("Saved. %(count)s is left to answer.", "Saved. %(count)s are left to answer.", left);
}

function parsed(html) {
  const holder = document.createElement("template");
  holder.innerHTML = html.trim();
  return holder.content.firstElementChild;
}

// The controls that have the focus stay the same elements; around them the row is drawn anew.
function renew(row, fresh) {
  const focused = row.contains(document.activeElement) ? document.activeElement : null;
  for (const name of ["data-group", "data-stale", "data-proposed"]) {
    if (fresh.hasAttribute(name)) row.setAttribute(name, fresh.getAttribute(name));
    else row.removeAttribute(name);
  }
  for (const field of fresh.querySelectorAll(".pick input")) {
    const own = row.querySelector(`.pick input[value="${field.value}"]`);
    if (!own) continue;
    own.checked = field.checked;
    own.disabled = field.disabled;
  }
  for (const part of ["partner", "more"]) swap(row, fresh, part, focused);
}

function swap(row, fresh, part, focused) {
  const old = row.querySelector(`[data-part="${part}"]`);
  const renewed = fresh.querySelector(`[data-part="${part}"]`);
  const opened = old.querySelector("details")?.open;
  const kept = focused && old.contains(focused) ? { name: focused.name, value: focused.value, tag: focused.tagName } : null;
  old.replaceWith(renewed);
  if (opened && renewed.querySelector("details")) renewed.querySelector("details").open = true;
  if (!kept) return;
  const same = [...renewed.querySelectorAll(kept.tag)].find(
    (field) => field.name === kept.name && (field.type !== "radio" || field.value === kept.value),
  );
  (same ?? row).focus();
}

function tell(text) {
  status.textContent = text; // a live region
}

function mark(row, text) {
  const place = row.querySelector('[data-part="more"]');
  place.querySelector(".errors")?.remove();
  const list = document.createElement("ul");
  list.className = "errors";
  const item = document.createElement("li");
  item.textContent = text;
  list.append(item);
  place.prepend(list);
  tell(text);
}

// A list of partners is filled when somebody is about to use it: eighty lists of eighty are slow to draw.

function fill(select) {
  const chosen = select.value;
  const own = now(select.closest("[data-row]"));
  const first = select.options[0];
  const made = partners.map(({ id, text, taken }) => {
    const option = new Option(taken && id !== chosen ? `${text} (${taken})` : text, id, id === chosen, id === chosen);
    option.disabled = Boolean(taken) && id !== chosen && id !== own.partner;
    return option;
  });
  select.replaceChildren(first, ...made);
  select.value = chosen;
}

for (const event of ["focusin", "pointerdown"]) {
  form.addEventListener(event, ({ target }) => {
    if (target.matches?.("select[data-fills]") && !target.dataset.filled) {
      target.dataset.filled = "true";
      fill(target);
    }
  });
}

// The next question without an answer, after the row where one is

function open() {
  return [...form.querySelectorAll('[data-row][data-group="open"]')];
}

function offerNext() {
  next.hidden = open().length === 0;
}

let last = null;
form.addEventListener("focusin", ({ target }) => {
  last = target.closest("[data-row]") ?? last;
});

next.addEventListener("click", () => {
  const rows = open();
  const after = rows.find(
    (row) => !last || row.compareDocumentPosition(last) & Node.DOCUMENT_POSITION_PRECEDING,
  );
  const row = after ?? rows[0];
  if (!row) return;
  row.scrollIntoView({ block: "center" });
  (row.querySelector(".pick input:not(:disabled)") ?? row).focus();
});

catchUp();
window.addEventListener("online", send);
window.addEventListener("pagehide", () => {
  const ids = [...new Set([...underWay, ...waiting])];
  if (ids.length) ask("POST", form.dataset.save, { rows: ids.map((id) => now(rowOf(id))) }, { keepalive: true });
});
offerNext();
