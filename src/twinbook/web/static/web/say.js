// One polite live region for the page; what it says is also seen for a while.

const SHOWN_MS = 8000;
let clearing = 0;

export function say(text) {
  const region = document.getElementById("toast");
  clearTimeout(clearing);
  region.textContent = text;
  clearing = setTimeout(() => {
    region.textContent = "";
  }, SHOWN_MS);
}
