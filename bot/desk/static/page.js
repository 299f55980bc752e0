// What the server told the page, its words, storage that a browser may refuse, and notices at the top.
export const client = JSON.parse(document.getElementById("client").textContent);
export const $ = (id) => document.getElementById(id);

export const say = (key, values = {}) =>
  Object.entries(values).reduce((text, [name, value]) => text.replace(`{${name}}`, value), client.words[key] ?? "");

export function element(tag, className, text) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text !== undefined) node.textContent = text;
  return node;
}

export const store = {
  get(key) { try { return JSON.parse(localStorage.getItem(`nightdesk.${client.base}.${key}`)); } catch { return null; } },
  set(key, value) {
    try {
      if (value === null) localStorage.removeItem(`nightdesk.${client.base}.${key}`);
      else localStorage.setItem(`nightdesk.${client.base}.${key}`, JSON.stringify(value));
    } catch { /* private mode: it works until the page is closed */ }
  },
};

new ResizeObserver(([{ target }]) => {
  document.documentElement.style.setProperty("--notices", `${target.offsetHeight}px`);
}).observe($("notices"));

/** One notice of each kind at a time; null takes it away. `more` are nodes that stand behind the words. */
export function notice(kind, text, look = "", ...more) {
  const old = document.querySelector(`[data-notice="${kind}"]`);
  if (text === null) { old?.remove(); return; }
  const node = element("div", `notice ${look}`);
  node.dataset.notice = kind;
  if (look === "bad") node.setAttribute("role", "alert");
  node.append(element("span", "", text), ...more);
  if (old) old.replaceWith(node); else $("notices").append(node);
}

export function passing(kind, text, look) {
  notice(kind, text, look);
  const shown = document.querySelector(`[data-notice="${kind}"]`);
  setTimeout(() => shown?.remove(), 8000);
}

/** The session has ended: whatever was written stays, and signing in leads back here. */
export function ended() {
  const link = element("a", "", say("sign_in"));
  link.href = `${client.base}/desk/login?next=${encodeURIComponent(location.pathname)}`;
  notice("offline", null);
  notice("ended", say("ended"), "bad", link);
}

export function uuid() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16)); // plain http has no randomUUID
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
