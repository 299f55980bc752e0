// What the page knows of the conversation.
import { KEY, QUERY, store } from "./server.js";
import { EMBED } from "./words.js";

export const talk = {
  session: kept(),        // {token, shop, greeting, user, language, at, seen}
  page: { product: QUERY.get("product"), user: null }, // what the shop's page says: the product on it, {id, signed}
  seq: 0,                 // the last message shown
  who: "bot",             // bot | waiting | claimed
  stands: null,           // {state, episode, person, since}: who has it now
  thread: [],             // everything shown, in order; a greeting or divider has no seq
  outbox: [],             // what the buyer wrote and the server has not shown yet
  answerDue: 0,           // until when an answer of the bot's is waited for
  personTyping: 0,        // until when the person is typing
  open: !EMBED, unread: 0, misses: 0,
};

function kept() {
  const session = store.get(KEY);
  return session?.token ? session : null;
}

/** Whether an answer of the bot's is on its way. */
export const waiting = () => talk.answerDue > Date.now() || talk.outbox.some((message) => message.status === "queued");

export function see() {
  talk.unread = 0;
  if (talk.session && talk.session.seen !== talk.seq) { talk.session.seen = talk.seq; store.set(KEY, talk.session); }
}
