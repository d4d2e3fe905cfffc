// <form data-keep id="…">: what was typed survives an ended session. It is kept in this tab when the form is sent, put
// back when the sign-in leads back here (address ending in #restore), and forgotten on any other page.

const PREFIX = "twinbook-kept:";
const RESTORE = "#restore";
const NEVER = new Set(["password", "hidden", "file", "submit"]);

export function keepForms() {
  const restoring = location.hash === RESTORE;
  for (const form of document.querySelectorAll("form[data-keep]")) {
    if (restoring) putBack(form);
    form.addEventListener("submit", () => keep(form));
  }
  if (restoring) history.replaceState(null, "", location.pathname + location.search);
  forgetAll();
}

function key(form) {
  return PREFIX + location.pathname + "#" + form.id;
}

function fields(form) {
  return [...form.elements].filter((field) => field.name && !NEVER.has(field.type));
}

function keep(form) {
  const kept = fields(form).map((field) => [field.name, field.value, field.checked ?? null]);
  sessionStorage.setItem(key(form), JSON.stringify(kept));
}

function putBack(form) {
  const kept = JSON.parse(sessionStorage.getItem(key(form)) ?? "[]");
  for (const [name, value, checked] of kept) {
    for (const field of fields(form).filter((one) => one.name === name)) {
      if (field.type === "checkbox" || field.type === "radio") {
        if (field.value === value) field.checked = checked;
      } else {
        field.value = value;
      }
    }
  }
}

function forgetAll() {
  for (const name of Object.keys(sessionStorage)) {
    if (name.startsWith(PREFIX)) sessionStorage.removeItem(name);
  }
}
