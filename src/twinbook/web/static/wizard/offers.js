// The list of gradebooks: asking Aeries takes a while, so the page is there first and the list comes into it.

import { say } from "../web/say.js";
import { t } from "../web/words.js";

for (const place of document.querySelectorAll("[data-offers]")) load(place);

async function load(place) {
  place.querySelector("[data-waiting]").hidden = false;
  say(t("Asking Aeries for the gradebooks…"));
  let answer = null;
  try {
    answer = await fetch(place.dataset.offers, { credentials: "same-origin" });
  } catch {
    // told below
  }
  place.removeAttribute("aria-busy");
  if (!answer?.ok || answer.redirected) {
    const again = document.createElement("a");
    again.className = "button";
    again.href = location.href;
    again.textContent = t("Try again");
    const text = document.createElement("p");
    text.textContent = t("Twinbook cannot be reached just now.");
    place.replaceChildren(text, again);
    say(text.textContent);
    return;
  }
  place.innerHTML = await answer.text();
  const found = place.querySelectorAll("input[type=radio]").length;
  say(found ? t("The gradebooks are listed.") : place.textContent.trim().replace(/\s+/g, " ").slice(0, 200));
}
