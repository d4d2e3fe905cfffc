// Keeps the head of a class's page current, and tells others on the page: the document gets "class-sync", "class-cells",
// "class-activities", "class-totals" and "class-structure" with the event's data, and "class-live" with the stream's state.

import { follow } from "./live.js";
import { t } from "./words.js";

const STATES = {
  synced: ["synced", () => t("Synced")],
  setting_up: ["waiting", () => t("Being set up")],
  paused: ["waiting", () => t("Paused")],
  held: ["held", () => t("Held")],
  ended: ["local", () => t("Term has ended")],
  not_synced: ["local", () => t("Not synced")],
};

const head = document.querySelector("[data-class-live]");

function tell(name, detail) {
  document.dispatchEvent(new CustomEvent(name, { detail }));
}

function showSync(sync) {
  const badge = head.querySelector("[data-class-state] .badge");
  const [shape, word] = STATES[sync.state];
  badge.className = `badge ${shape}`;
  if (badge.textContent !== word()) badge.textContent = word();
  for (const count of head.querySelectorAll("[data-problem-count]")) {
    count.textContent = String(sync.problems);
    count.classList.toggle("zero", sync.problems === 0);
  }
  tell("class-sync", sync);
}

follow({
  live: head.dataset.classLive,
  now: head.dataset.classNow,
  on: {
    sync: showSync,
    cells: (data) => tell("class-cells", data),
    activities: (data) => tell("class-activities", data),
    totals: (data) => tell("class-totals", data),
    structure: (data) => tell("class-structure", data),
  },
  state: (word) => tell("class-live", word),
});
