// <button data-copies="ID"> copies the value of the field ID.

import { say } from "./say.js";
import { t } from "./words.js";

for (const button of document.querySelectorAll("[data-copies]")) {
  const field = document.getElementById(button.dataset.copies);
  field.select();
  button.addEventListener("click", async () => {
    field.select();
    try {
      await navigator.clipboard.writeText(field.value);
      say(t("Copied."));
    } catch {
      say(t("Copy the marked text with your keyboard."));
    }
  });
}
