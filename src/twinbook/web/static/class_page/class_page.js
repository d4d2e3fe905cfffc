// The class page: what the server tells (web/class_state.js) goes to the state line and to the grid.

import { t } from "../web/words.js";
import "./grid.js";
import { showLive, showSync } from "./state.js";

const grid = document.querySelector("twinbook-grid");

function nameStates() {
  const words = JSON.parse(document.getElementById("state-words").textContent);
  const more = { unsent: t("not saved yet"), look: t("needs a look"), over: t("above the maximum") };
  for (const [state, word] of Object.entries({ ...words, ...more })) {
    document.documentElement.style.setProperty(`--alt-${state}`, JSON.stringify(`, ${word}`));
  }
}

function showTotals({ totals }) {
  for (const { student_id: student, percent } of totals) {
    const line = grid.sheet.lines[grid.sheet.rows.get(student)];
    if (line) line.lastElementChild.textContent = percent === null ? "–" : `${twoDecimals(percent)} %`;
  }
}

function twoDecimals(number) {
  const [whole, decimals = ""] = number.split(".");
  return `${whole}.${decimals.padEnd(2, "0")}`;
}

function showActivities({ activities }) {
  for (const { id, sync } of activities) {
    const head = grid.sheet.heads[grid.sheet.columns.get(id)];
    if (head) head.dataset.s = sync;
  }
}

function showStructure({ digest }) {
  const place = grid.querySelector("[data-structure-notice]");
  if (digest === grid.dataset.structure) {
    place.replaceChildren();
    return;
  }
  if (place.firstChild) return;
  const notice = document.createElement("p");
  notice.className = "notice";
  const link = document.createElement("a");
  Object.assign(link, { href: location.pathname, textContent: t("Show them") });
  notice.append(t("Students or activities have changed."), " ", link);
  place.append(notice);
}

function listen(name, does) {
  document.addEventListener(name, (event) => does(event.detail));
}

listen("class-sync", showSync);
listen("class-live", showLive);
if (grid) {
  nameStates();
  listen("class-cells", (told) => grid.arrivals.receive(told));
  listen("class-totals", showTotals);
  listen("class-activities", showActivities);
  listen("class-structure", showStructure);
}
