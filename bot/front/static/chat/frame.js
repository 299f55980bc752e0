// Inside the widget: told by the shop's page what it shows, tells it what is unread and in which language. No buyer's
// words either way. And the shop's colour.
import { $, paintWords } from "./drawing.js";
import { talk } from "./talk.js";
import { EMBED, lang } from "./words.js";

let page = "*"; // the origin of the shop's page, once it has spoken

export function tellParent() {
  if (EMBED) tell("unread", { count: talk.open ? 0 : talk.unread, language: lang });
  else if (document.hidden || document.title.startsWith("(")) paintWords();
}

const tell = (type, more) => window.parent.postMessage({ nightdesk: 1, type, ...more }, page);
const short = (value) => (typeof value === "string" && value && value.length <= 128 ? value : null);

/** `told`: called when the page has said something; whether the widget was opened by it. */
export function frame(told) {
  if (!EMBED) return;
  window.addEventListener("message", ({ source, origin, data }) => {
    if (source !== window.parent || data?.nightdesk !== 1 || data.type !== "page") return;
    page = origin;
    const opened = Boolean(data.open) && !talk.open;
    talk.open = Boolean(data.open);
    const id = short(data.user?.id), signed = short(data.user?.signed);
    talk.page = { product: short(data.product), user: id && signed ? { id, signed } : null };
    told(opened);
    tellParent();
  });
  document.body.classList.add("embed");
  $("close").hidden = false;
  $("close").addEventListener("click", () => tell("close"));
  document.addEventListener("keydown", (event) => { if (event.key === "Escape" && !event.isComposing) tell("close"); });
  tell("ready");
}

const luminance = (hex) => [1, 3, 5]
  .map((at) => parseInt(hex.slice(at, at + 2), 16) / 255)
  .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
  .reduce((sum, part, i) => sum + part * [0.2126, 0.7152, 0.0722][i], 0);
const contrast = (one, other) => (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
const mixed = (hex, other, share) => `#${[1, 3, 5].map((at) => {
  const [own, its] = [hex, other].map((value) => parseInt(value.slice(at, at + 2), 16));
  return Math.round(own * (1 - share) + its * share).toString(16).padStart(2, "0");
}).join("")}`;

/** The shop's colour (#rrggbb), with an ink that is read on it, and a shade of it that is read on the page. */
export function colour(value) {
  if (!/^#[0-9a-f]{6}$/i.test(value ?? "")) return;
  const dark = matchMedia("(prefers-color-scheme: dark)").matches, style = document.documentElement.style;
  const ground = luminance(dark ? "#2e2b26" : "#efeae0");
  let shade = value;
  for (let share = 0.1; contrast(luminance(shade), ground) < 4.6 && share <= 1; share += 0.1) shade = mixed(value, dark ? "#ffffff" : "#000000", share);
  style.setProperty("--accent", value);
  style.setProperty("--on-accent", contrast(luminance(value), 1) >= 4.5 ? "#fff" : "#000");
  style.setProperty("--accent-text", shade);
}
