// <button data-opens="ID"> opens <dialog id="ID">; [data-closes] inside closes it; focus returns to the button.
// Without JavaScript the button's form or link does the same on a page of its own.

export function openDialogs(root = document) {
  for (const button of root.querySelectorAll("[data-opens]")) {
    const dialog = document.getElementById(button.dataset.opens);
    button.addEventListener("click", (event) => {
      event.preventDefault();
      dialog.showModal();
    });
    for (const close of dialog.querySelectorAll("[data-closes]")) {
      close.addEventListener("click", () => dialog.close());
    }
  }
}
