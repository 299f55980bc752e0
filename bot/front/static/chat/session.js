// The session that opens the conversation: made when it is needed, kept for the next visit.
import { paint } from "./drawing.js";
import { KEY, QUERY, ask, store } from "./server.js";
import { talk } from "./talk.js";
import { lang } from "./words.js";

let opening = null;
export function openSession() {
  opening ??= (async () => {
    const body = { language: lang };
    if (QUERY.get("product")) body.product = QUERY.get("product");
    const answer = await ask("chat/session", { method: "POST", json: body });
    const used = talk.thread.some((item) => item.from === "buyer");
    talk.session = { ...answer, language: lang, at: new Date().toISOString(), seen: 0 };
    store.set(KEY, talk.session);
    talk.seq = 0; talk.who = "bot"; talk.stands = null;
    talk.thread = used ? [...talk.thread, { divider: true }] : [];
    greet();
    paint();
  })().finally(() => { opening = null; });
  return opening;
}

export function forgetSession(token) {
  if (talk.session?.token !== token) return;
  talk.session = null;
  store.drop(KEY);
  for (const message of talk.outbox) message.after = 0;
}

/** The server gave a new token for the same conversation: the one in use grows old. */
export function renewSession(old, token) {
  if (!token || talk.session?.token !== old) return;
  talk.session.token = token;
  store.set(KEY, talk.session);
}

export function greet() {
  const { greeting, at } = talk.session;
  if (greeting?.text) talk.thread.push({ ...greeting, from: "bot", at, greeting: true });
}
