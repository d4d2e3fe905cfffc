// The line that says how the class stands with Aeries, kept current. Its words are those of templatetags/class_page.py.

import { ago } from "../web/page.js";
import { nt, t } from "../web/words.js";

const SENTENCES = {
  not_synced: () => t("Gradebook not synced"),
  setting_up: () => t("Your gradebook is being joined with Aeries"),
  synced: () => t("Your gradebook is now synced"),
  paused: () => t("Syncing is paused"),
  held: () => t("Syncing waits for your answer"),
  ended: () => t("The term of this gradebook has ended"),
};
const INSTANT = /\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d)/g;

export function showSync(sync) {
  const section = document.querySelector(".class-state");
  if ((section.dataset.state === "not_synced") !== (sync.state === "not_synced")) {
    location.reload();
    return;
  }
  section.dataset.state = sync.state;
  write("[data-sentence]", SENTENCES[sync.state]());
  section.querySelector(".sync-switch").classList.toggle("on", sync.state === "synced");
  write("[data-waiting]", sync.waiting ? nt("%(count)d score waits to be sent", "%(count)d scores wait to be sent", sync.waiting) : t("Nothing waits to be sent"));
  write("[data-needs-you]", sync.problems ? nt("%(count)d thing needs you", "%(count)d things need you", sync.problems) : t("Nothing needs you"));
  write("[data-aeries]", sync.aeries_reachable ? t("Aeries answers") : t("Aeries does not answer"));
  showLooked(sync.last_pulled_at);
  showWhy(sync.why);
}

function write(selector, text) {
  const place = document.querySelector(`.class-state ${selector}`);
  if (place && place.textContent !== text) place.textContent = text;
}

function showLooked(instant) {
  const time = document.querySelector("[data-looked] time");
  if (!time || !instant || time.dateTime === instant) return;
  time.dateTime = instant;
  time.textContent = ago(Math.max(0, (Date.now() - Date.parse(instant)) / 1000));
}

const PATIENCE_MS = 5000;
let waiting = 0;

// Said only once a silence lasts; saving goes on without it.
export function showLive(word) {
  clearTimeout(waiting);
  const words = {
    lost: t("Changes from elsewhere do not come in just now; Twinbook keeps trying."),
    signed_out: t("Your session has ended; changes from elsewhere do not come in."),
  };
  const say = () => {
    const place = document.querySelector("[data-live-note]");
    place.textContent = words[word] ?? "";
  };
  if (word === "lost") waiting = setTimeout(say, PATIENCE_MS);
  else say();
}

// The banner of an outage comes and goes by itself.
function showWhy(why) {
  const place = document.querySelector("[data-outage]");
  const text = (why ?? "").replace(INSTANT, (instant) =>
    new Date(instant).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" }),
  );
  if (place.textContent.trim() === text) return;
  if (!text) {
    place.replaceChildren();
    return;
  }
  const notice = document.createElement("div");
  notice.className = "notice warning";
  const line = document.createElement("p");
  line.textContent = text;
  notice.append(line);
  place.replaceChildren(notice);
}
