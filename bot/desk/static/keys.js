// Single keys, when nothing is being written; `?` shows them. They can be turned off, for those who speak to their machine.
import { $, store } from "./page.js";

export function keys(actions) {
  const help = $("help"), allowed = $("single-keys");
  if (!help) return;
  $("help-button").hidden = false;
  $("help-button").addEventListener("click", () => help.showModal());
  allowed.checked = store.get("keys") !== false;
  allowed.addEventListener("change", () => store.set("keys", allowed.checked));
  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    if (event.key === "Escape") { leave(); return; }
    if (event.target.closest("input:not([type=checkbox], [type=radio]), textarea, select")) return;
    if (event.key === "?") { event.preventDefault(); help.showModal(); return; }
    const action = allowed.checked && actions[event.key.toLowerCase()];
    if (action && !event.repeat) { event.preventDefault(); action(); }
  });
}

function leave() {
  const open = document.querySelector("details.fold[open]");
  if (open) { open.open = false; open.querySelector("summary").focus(); } else document.activeElement?.blur();
}

/** Press the element if it is there. */
export const press = (id) => () => $(id)?.click();
