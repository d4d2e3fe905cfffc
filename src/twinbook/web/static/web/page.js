// What every page has: dialogs, ages, what was typed when a session ended, places to focus, runs to watch.

import { openDialogs } from "./dialog.js";
import { keepForms } from "./keep.js";
import { watchRuns } from "./run.js";
import { nt, t } from "./words.js";

const AGES_EVERY_MS = 20000;

export function ago(seconds) {
  // Kept alike with words.py.
  if (seconds < 60) return t("just now");
  if (seconds < 3600) return nt("%(count)d minute ago", "%(count)d minutes ago", Math.floor(seconds / 60));
  if (seconds < 86400) return nt("%(count)d hour ago", "%(count)d hours ago", Math.floor(seconds / 3600));
  return nt("%(count)d day ago", "%(count)d days ago", Math.floor(seconds / 86400));
}

function tellAges() {
  for (const time of document.querySelectorAll("time[data-ago]")) {
    const text = ago(Math.max(0, (Date.now() - Date.parse(time.dateTime)) / 1000));
    if (time.textContent !== text) time.textContent = text;
  }
}

function focusFirst() {
  const refusal = document.querySelector("[data-focus]");
  const wrong = document.querySelector('.field [aria-invalid="true"]');
  (wrong ?? refusal)?.focus();
}

function showCurrentTab() {
  const tabs = document.querySelector(".tabs");
  const current = tabs?.querySelector("[aria-current]");
  if (current) tabs.scrollLeft = current.offsetLeft - (tabs.clientWidth - current.offsetWidth) / 2;
}

openDialogs();
showCurrentTab();
keepForms();
watchRuns();
focusFirst();
setInterval(tellAges, AGES_EVERY_MS);
document.documentElement.dataset.ready = "true";
