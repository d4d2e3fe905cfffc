// Keeps the list of questions current: one that is settled elsewhere closes here by itself. What is ticked and where the
// focus is stays.

import { say } from "../web/say.js";
import { nt, t } from "../web/words.js";

const TOGETHER_MS = 400; // changes come in bursts

let timer = 0;
let reading = false;
let again = false;

function place() {
  return document.querySelector("[data-questions]");
}

function prepare(root) {
  for (const button of root.querySelectorAll("[data-pick-all]")) {
    button.hidden = false;
    button.addEventListener("click", () => {
      const boxes = [...button.closest(".of-activity").querySelectorAll('input[name="pick"]')];
      const wanted = boxes.some((box) => !box.checked);
      for (const box of boxes) box.checked = wanted;
      say(nt("%(count)s is ticked.", "%(count)s are ticked.", boxes.filter((box) => box.checked).length));
    });
  }
  for (const button of root.querySelectorAll("[data-copies]")) {
    button.hidden = !navigator.clipboard;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(button.dataset.copies);
      say(t("Copied."));
    });
  }
}

function soon() {
  clearTimeout(timer);
  timer = setTimeout(renew, TOGETHER_MS);
}

async function renew() {
  if (reading) {
    again = true;
    return;
  }
  reading = true;
  try {
    const answer = await fetch(location.href, { credentials: "same-origin" });
    if (answer.ok && !answer.redirected) show(new DOMParser().parseFromString(await answer.text(), "text/html"));
  } catch {
    // the page's stream tells when the connection is back, and the list is read again then
  }
  reading = false;
  if (again) {
    again = false;
    soon();
  }
}

function show(fresh) {
  const old = place();
  const renewed = fresh.querySelector("[data-questions]");
  if (!renewed || renewed.innerHTML === shown) return;
  shown = renewed.innerHTML;
  const before = Number(old.dataset.count);
  const ticked = new Set([...old.querySelectorAll('input[name="pick"]:checked')].map((box) => box.value));
  const focused = old.contains(document.activeElement) ? where(document.activeElement) : null;
  old.innerHTML = shown;
  old.dataset.count = renewed.dataset.count;
  for (const box of old.querySelectorAll('input[name="pick"]')) box.checked = ticked.has(box.value);
  prepare(old);
  if (focused) refocus(old, focused);
  tell(before, Number(renewed.dataset.count));
}

function where(element) {
  const line = element.closest(".line");
  const lines = [...place().querySelectorAll(".line")];
  return { line: line?.id, at: lines.indexOf(line), name: element.name, value: element.value };
}

function refocus(root, { line, at, name, value }) {
  const same = line && document.getElementById(line);
  const control = [...(same ?? root).querySelectorAll("button, input, a")].find(
    (one) => one.name === name && one.value === value,
  );
  const lines = root.querySelectorAll(".line");
  const nearest = lines[Math.min(at, lines.length - 1)] ?? document.getElementById("main");
  (control ?? same ?? nearest).focus();
}

function tell(before, after) {
  if (after < before) {
    say(
      after
        ? nt("%(count)s question is left.", "%(count)s questions are left.", after)
        : t("Nothing needs you any more."),
    );
  } else if (after > before) {
    say(nt("%(count)s question needs you now.", "%(count)s questions need you now.", after));
  }
}

let shown = place().innerHTML;
prepare(place());
for (const event of ["sync", "cells", "activities", "structure"]) document.addEventListener(`class-${event}`, soon);
