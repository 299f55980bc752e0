// The page's words in the buyer's language.
import { BASE, KEY, QUERY, ask, pause, store } from "./server.js";

export const EMBED = QUERY.get("embed") === "1" && window.parent !== window;
let words = {};
export let lang = firstLanguage();

function firstLanguage() {
  const chosen = store.get(`${KEY}.language`), asked = QUERY.get("lang");
  const wanted = EMBED ? chosen ?? asked : asked ?? chosen;
  if (wanted === "zh" || wanted === "en") return wanted;
  return /^en\b/i.test(navigator.language) ? "en" : "zh";
}

export async function loadWords() {
  for (let wait = 500; ; wait = Math.min(wait * 2, 15_000)) {
    try { words = await ask("static/front/words.json"); return; } catch { await pause(wait); }
  }
}

export function otherLanguage() {
  lang = lang === "zh" ? "en" : "zh";
  store.set(`${KEY}.language`, lang);
  QUERY.set("lang", lang);
  history.replaceState(null, "", `?${QUERY}`);
}

export const say = (key, values = {}) =>
  Object.entries(values).reduce((text, [name, value]) => text.replace(`{${name}}`, value), words[key]?.[lang] ?? "");
export const inWords = (message, otherwise) => message?.[lang] ?? message?.zh ?? message?.en ?? otherwise;

const locale = () => (lang === "zh" ? "zh-CN" : "en-GB");
export const clockOf = (at) => new Intl.DateTimeFormat(locale(), { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(at);
export function dayOf(at) {
  const days = Math.round((new Date().setHours(0, 0, 0, 0) - new Date(at).setHours(0, 0, 0, 0)) / 86_400_000);
  if (days === 0) return say("today");
  if (days === 1) return say("yesterday");
  return new Intl.DateTimeFormat(locale(), { month: "long", day: "numeric", weekday: "short" }).format(at);
}

export const addressOf = (url) => new URL(url.replace(/^\/+/, ""), BASE);
