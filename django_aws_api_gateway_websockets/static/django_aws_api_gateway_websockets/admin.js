/* Buttons of the admin that copy a text; where the browser lets no page copy, there are none. */

const STATE_MS = 2000;

/**
 * @param {HTMLButtonElement} button
 * @param {Clipboard} clipboard
 */
async function copy(button, clipboard) {
  const label = button.textContent;
  await clipboard.writeText(button.dataset.copy ?? "");
  button.textContent = button.dataset.copied ?? label;
  setTimeout(() => {
    button.textContent = label;
  }, STATE_MS);
}

if (navigator.clipboard) {
  for (const button of /** @type {NodeListOf<HTMLButtonElement>} */ (
    document.querySelectorAll("button.websocket-copy")
  )) {
    button.addEventListener("click", () => copy(button, navigator.clipboard));
    button.hidden = false;
  }
}
