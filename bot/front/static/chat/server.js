// Asking the server. Refused is its answer, Unreachable is no answer.
export const BASE = new URL(".", location.href); // the page is {base}/chat
export const QUERY = new URLSearchParams(location.search);
export const KEY = `nightdesk.${BASE.href.replace(/\/$/, "")}`;
const ASK_TIMEOUT = 20_000;

// A browser that refuses storage to a frame of another site may still allow a cookie that this site alone gets there
// (partitioned; https only). The server never reads it. Where that is refused too, the page works until it is closed.
const write = (key, value, seconds) => {
  document.cookie = `${encodeURIComponent(key)}=${encodeURIComponent(value)}; Path=${BASE.pathname}; Max-Age=${seconds}; Secure; SameSite=None; Partitioned`;
};
const cookies = {
  all: () => Object.fromEntries(document.cookie.split("; ").filter((one) => one.startsWith("nightdesk.")).map((one) => one.split("=").map(decodeURIComponent))),
  getItem: (key) => cookies.all()[key] ?? null,
  setItem: (key, value) => write(key, value, 30 * 86_400),
  removeItem: (key) => write(key, "", 0),
};
const area = () => { try { return [localStorage, Object.keys(localStorage)]; } catch { return [cookies, Object.keys(cookies.all())]; } };
export const store = {
  get(key) { try { return JSON.parse(area()[0].getItem(key)); } catch { return null; } },
  set(key, value) { try { area()[0].setItem(key, JSON.stringify(value)); } catch { /* full, or refused */ } },
  drop(key) { try { area()[0].removeItem(key); } catch { /* refused */ } },
  keys(prefix) { return area()[1].filter((key) => key.startsWith(prefix)); },
};

export class Refused extends Error {
  constructor(status, message) { super(`refused ${status}`); this.status = status; this.words = message; }
}
export class Unreachable extends Error {}

export async function ask(path, { method = "GET", json, body, type, token, timeout = ASK_TIMEOUT } = {}) {
  const headers = {};
  if (token) headers.Authorization = `Bearer ${token}`;
  if (json !== undefined) { headers["Content-Type"] = "application/json"; body = JSON.stringify(json); }
  if (type) headers["Content-Type"] = type;
  const stop = new AbortController();
  const clock = setTimeout(() => stop.abort(), timeout);
  try {
    const response = await fetch(new URL(path, BASE), { method, headers, body, signal: stop.signal, cache: "no-store" });
    if (response.status >= 500) throw new Unreachable(`status ${response.status}`);
    const answer = await response.json().catch(() => null);
    if (!response.ok) throw new Refused(response.status, answer?.error?.message ?? null);
    if (answer === null) throw new Unreachable("not JSON");
    return answer;
  } catch (error) {
    throw error instanceof Refused ? error : new Unreachable(error.message);
  } finally {
    clearTimeout(clock);
  }
}

export const pause = (ms) => new Promise((done) => setTimeout(done, ms));

export function uuid() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16)); // plain http has no randomUUID
  bytes[6] = (bytes[6] & 15) | 64; bytes[8] = (bytes[8] & 63) | 128;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
