// Keeps [data-run] (web/parts/run_progress.html) current. When a run ends, [data-run-ends="reload"] loads the page anew;
// otherwise the element sends the event "run-ended" with the run.

import { follow } from "./live.js";
import { say } from "./say.js";
import { t } from "./words.js";

const STATES = {
  queued: () => t("Waiting to start"),
  running: () => t("Running"),
  done: () => t("Done"),
  held: () => t("Held"),
  failed: () => t("Failed"),
};

export function watchRuns(root = document) {
  for (const element of root.querySelectorAll("[data-run]")) {
    if (isOpen(element.dataset.state)) watch(element);
  }
}

function isOpen(state) {
  return state === "queued" || state === "running";
}

function watch(element) {
  const stop = follow({
    live: element.dataset.live,
    now: element.dataset.now,
    on: {
      run: (run) => {
        show(element, run);
        if (isOpen(run.state)) return;
        stop();
        ended(element, run);
      },
    },
  });
}

function words(element, run) {
  return `${element.dataset.runKind}: ${STATES[run.state]().toLowerCase()}`;
}

function show(element, run) {
  element.dataset.state = run.state;
  const { done, total, label } = run.progress;
  element.querySelector("[data-run-words]").textContent = words(element, run);
  element.querySelector("[data-run-figures]").textContent = total ? `${done} / ${total}` : "";
  element.querySelector("[data-run-label]").textContent = label;
  const bar = element.querySelector("progress");
  if (!bar) return;
  bar.hidden = !isOpen(run.state);
  if (total) {
    bar.max = total;
    bar.value = done;
  } else {
    bar.removeAttribute("value");
  }
}

function ended(element, run) {
  say(words(element, run));
  element.dispatchEvent(new CustomEvent("run-ended", { detail: run, bubbles: true }));
  const after = element.closest("[data-run-ends]")?.dataset.runEnds;
  if (after === "reload") location.reload();
  else if (after) location.assign(after);
}
