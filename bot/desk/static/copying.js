// Copying a contact or the suggested reply, also where the browser has no clipboard (plain http).
import { say } from "./page.js";

export function copyButtons(root) {
  for (const button of root.querySelectorAll("[data-copy]")) {
    button.hidden = false;
    button.addEventListener("click", () => copy(button));
  }
}

async function copy(button) {
  const source = document.querySelector(button.dataset.copy);
  try {
    await navigator.clipboard.writeText(source.textContent);
  } catch {
    const range = document.createRange(), selection = document.getSelection();
    range.selectNodeContents(source);
    selection.removeAllRanges();
    selection.addRange(range);
    document.execCommand("copy");
    selection.removeAllRanges();
  }
  const before = button.textContent;
  if (before === say("copied")) return;
  button.textContent = say("copied");
  setTimeout(() => { button.textContent = before; }, 1800);
}
