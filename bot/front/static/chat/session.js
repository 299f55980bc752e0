// The session that opens the conversation: made when it is needed, kept for the next visit. Where the shop says who the
// buyer is, it is theirs alone: another user, or nobody, does not see it.
import { paint } from "./drawing.js";
import { KEY, ask, store } from "./server.js";
import { talk } from "./talk.js";
import { lang, say } from "./words.js";

let opening = null, refused = "";
export function openSession() {
  opening ??= open().finally(() => { opening = null; });
  return opening;
}

async function open() {
  const asked = talk.page.user?.signed === refused ? null : talk.page.user;
  const answer = await ask("chat/session", { method: "POST", json: { language: lang, user: asked }, token: talk.session?.token });
  if (asked && answer.user !== "known") {
    refused = asked.signed;
    console.warn(`Nightdesk: ${say("user_refused")}`);
    if (talk.session) return;
  }
  const user = answer.user === "known" ? asked.id : null;
  const used = !user && talk.thread.some((item) => item.from === "buyer");
  talk.session = { ...answer, user, language: lang, at: new Date().toISOString(), seen: 0 };
  store.set(KEY, talk.session);
  talk.seq = talk.unread = 0; talk.who = "bot"; talk.stands = null;
  talk.thread = used ? [...talk.thread, { divider: true }] : [];
  greet();
  paint();
}

/** Puts away what another user wrote here, and says whether the session has to be asked for again. */
export function changeOfUser() {
  const { session, page } = talk, user = page.user?.signed === refused ? null : page.user?.id ?? null;
  if (!session || (session.user ?? null) === user) return false;
  if (session.user) {
    forgetSession(session.token);
    for (const key of store.keys(`${KEY}.out.`)) store.drop(key);
    Object.assign(talk, { thread: [], outbox: [], seq: 0, unread: 0, who: "bot", stands: null });
    paint();
  }
  return true;
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
