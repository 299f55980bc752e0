// Inside the widget: told when it is opened, tells what is unread. Harmless either way, no buyer's words. And the shop's colour.
import { $, paintWords } from "./drawing.js";
import { talk } from "./talk.js";
import { EMBED, say } from "./words.js";

export function tellParent(words) {
  if (!EMBED) { if (document.hidden || document.title.startsWith("(")) paintWords(); return; }
  const message = { nightdesk: 1, type: "unread", count: talk.open ? 0 : talk.unread };
  if (words) message.words = { open: say("open"), open_unread: say("open_unread"), close: say("close") };
  window.parent.postMessage(message, "*");
}

/** `opened`: called when the widget is opened or folded. */
export function frame(opened) {
  if (!EMBED) return;
  const closeWidget = () => window.parent.postMessage({ nightdesk: 1, type: "close" }, "*");
  window.addEventListener("message", (event) => {
    if (event.source !== window.parent || event.data?.nightdesk !== 1) return;
    talk.open = event.data.type === "open";
    opened();
    tellParent();
  });
  document.body.classList.add("embed");
  $("close").hidden = false;
  $("close").addEventListener("click", closeWidget);
  document.addEventListener("keydown", (event) => { if (event.key === "Escape" && !event.isComposing) closeWidget(); });
}

export function colour(value) {
  if (!value || !CSS.supports("color", value)) return;
  const root = document.documentElement, probe = document.createElement("canvas").getContext("2d");
  probe.fillStyle = value;
  probe.fillRect(0, 0, 1, 1);
  const [red, green, blue] = [...probe.getImageData(0, 0, 1, 1).data].map((part) => (part / 255) ** 2.2);
  const light = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  root.style.setProperty("--accent", value);
  root.style.setProperty("--on-accent", light > 0.36 ? "#1c1916" : "#fff");
  if (dark ? light < 0.25 : light > 0.2) root.style.setProperty("--accent-text", `color-mix(in srgb, ${value} 55%, ${dark ? "#fff" : "#000"})`);
  else root.style.setProperty("--accent-text", value);
}
