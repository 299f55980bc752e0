// Sending: one message at a time, in order, with the same id until it is through. Nothing is lost, nothing is doubled.
import { paintOutbox, paintQuick, toBottom } from "./drawing.js";
import { looks, plan, poll } from "./reading.js";
import { KEY, ask, store, uuid } from "./server.js";
import { forgetSession, openSession, renewSession } from "./session.js";
import { talk } from "./talk.js";

const BACK_OFF = [1000, 2000, 4000, 8000, 15_000]; // the last for all others
const ANSWER_WITHIN = 60_000, UPLOAD_TIMEOUT = 90_000;
const SILENCE = 8000; // so long the buyer sees only dots; then they are told, and the same message is asked for again
let delivering = false, retry = 0;

export function send(text, pictures = []) {
  const message = { id: uuid(), text: text.trim(), pictures, product: talk.page.product, after: talk.seq, at: new Date().toISOString(), status: "queued", tries: 0 };
  talk.outbox.push(message);
  keep(message);
  sendAll();
  toBottom();
}

export function sendAll() {
  clearTimeout(retry);
  for (const message of talk.outbox) if (["failed", "held"].includes(message.status)) Object.assign(message, { status: "queued", tries: 0, words: null });
  paintOutbox(); paintQuick();
  deliver();
}

export async function deliver() {
  if (delivering) return;
  delivering = true;
  for (let next; (next = talk.outbox.find((message) => !["sent", "refused"].includes(message.status))) && await attempt(next););
  delivering = false;
  paintOutbox(); paintQuick();
}

/** Try once. True: go on with the next one (or this one again, in a new session). */
async function attempt(message) {
  message.status = "queued";
  paintOutbox();
  try {
    if (!talk.session) await openSession();
    const { token } = talk.session;
    message.token = token;
    talk.answerDue = Date.now() + ANSWER_WITHIN;
    plan();
    for (const picture of message.pictures.filter((one) => !one.id)) {
      const { id } = await ask("chat/pictures", { method: "POST", body: picture.file, type: picture.file.type, token, timeout: UPLOAD_TIMEOUT });
      picture.id = id;
      keep(message);
    }
    const json = { message_id: message.id, text: message.text, product: message.product, attachments: message.pictures.map((picture) => picture.id) };
    const answer = await ask("chat/messages", { method: "POST", json, token, timeout: SILENCE });
    store.drop(outKey(message));
    message.status = "sent";
    message.until = looks() + 1; // a look under way may have asked too early; the next one has it
    if (message.echoed) talk.outbox = talk.outbox.filter((own) => own !== message);
    talk.who = answer.state ?? talk.who;
    const shown = answer.seq <= talk.seq; // the stream was quicker
    if (talk.who === "claimed" || !answer.replies?.length || shown) talk.answerDue = 0;
    talk.misses = 0;
    renewSession(token, answer.token);
    poll();
    return true;
  } catch (error) {
    talk.answerDue = 0;
    return notSent(message, error);
  }
}

function notSent(message, error) {
  if (error.status === 401 && !message.renewed) {
    message.renewed = true;
    for (const picture of message.pictures) if (picture.file) picture.id = null;
    forgetSession(message.token);
    return true;
  }
  if (error.status && error.status !== 429) {
    Object.assign(message, { status: "refused", words: error.words });
    return true;
  }
  const wait = error.status === 429 ? undefined : BACK_OFF[Math.min(message.tries, BACK_OFF.length - 1)];
  message.tries += 1;
  for (const one of talk.outbox) if (!["sent", "refused"].includes(one.status)) one.status = wait ? "held" : "failed";
  message.words = error.words ?? null;
  if (wait) retry = setTimeout(deliver, wait);
  return false;
}

/** Takes a refused message out, so that its words can be changed. Gives the words. */
export function takeBack(id) {
  const message = talk.outbox.find((own) => own.id === id);
  talk.outbox = talk.outbox.filter((own) => own !== message);
  if (message) store.drop(outKey(message));
  paintOutbox();
  return message?.text ?? "";
}

const outKey = (message) => `${KEY}.out.${message.id}`;
function keep(message) {
  const pictures = message.pictures.filter((picture) => picture.id).map(({ id }) => ({ id }));
  if (message.text || pictures.length) store.set(outKey(message), { id: message.id, text: message.text, pictures, product: message.product, at: message.at, after: message.after });
}

export function unsentFromLastTime() {
  const kept = store.keys(`${KEY}.out.`).map((key) => store.get(key)).filter((message) => message?.id);
  kept.sort((one, other) => (one.at < other.at ? -1 : 1));
  talk.outbox = kept.map((message) => ({ ...message, after: talk.session ? message.after : 0, status: "queued", tries: 0 }));
}
