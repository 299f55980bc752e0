// Asking the server. Refused is its answer, Unreachable is no answer.
export const BASE = new URL(".", location.href); // the page is {base}/chat
export const QUERY = new URLSearchParams(location.search);
export const KEY = `nightdesk.${BASE.href.replace(/\/$/, "")}`;
const ASK_TIMEOUT = 20_000;

/** A browser may refuse storage; then the page works until it is closed. */
export const store = {
  get(key) { try { return JSON.parse(localStorage.getItem(key)); } catch { return null; } },
  set(key, value) { try { localStorage.setItem(key, JSON.stringify(value)); } catch { /* private mode */ } },
  drop(key) { try { localStorage.removeItem(key); } catch { /* private mode */ } },
  keys(prefix) { try { return Object.keys(localStorage).filter((key) => key.startsWith(prefix)); } catch { return []; } },
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
