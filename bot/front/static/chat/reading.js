// Reading: everything shown comes from here. A stream while the page is looked at; a look now and then while it is not,
// while there is no stream, and at once after sending.
import { append, paintOutbox, paintQuick, paintState, paintTyping, paintWho } from "./drawing.js";
import { ask } from "./server.js";
import { forgetSession, renewSession } from "./session.js";
import { listen } from "./stream.js";
import { see, talk, waiting } from "./talk.js";

const AWAY = 15_000, SAFE = 30_000, SLOWEST = 15_000;
let polls = 0, polling = false, again = false, timer = 0;
let streaming = false, stop = null, misses = 0;
let ended = () => {}, changed = () => {};

/** `whenEnded`: the session is no longer known; `whenChanged`: something new was shown. */
export function reading(whenEnded, whenChanged) { ended = whenEnded; changed = whenChanged; }

/** The number of looks so far. */
export const looks = () => polls;

export async function poll() {
  if (polling) { again = true; return; }
  if (!talk.session) return;
  polling = true; again = false; polls += 1;
  clearTimeout(timer);
  const { token } = talk.session, number = polls;
  try {
    const answer = await ask(`chat/messages?after=${talk.seq}`, { token });
    talk.misses = 0;
    if (talk.session?.token === token) take(answer, number);
    renewSession(token, answer.token);
  } catch (error) {
    if (error.status === 401) { forgetSession(token); ended(); } else talk.misses += 1;
  } finally {
    polling = false;
    paintState();
    plan();
  }
}

export function plan() {
  clearTimeout(timer);
  follow();
  const away = document.hidden || !talk.open;
  const every = again ? 0 : streaming ? SAFE : away ? AWAY : waiting() ? 1000 : 2500;
  timer = setTimeout(poll, Math.min(every * (talk.misses + 1), streaming ? SAFE : SLOWEST));
}

/** A stream where somebody looks, or where a person may write to a folded widget; a hidden page gives its line up. */
function follow() {
  const wanted = talk.session && !document.hidden && (talk.open || talk.who !== "bot");
  if (stop && (!wanted || stop.token !== talk.session.token)) stop.abort();
  if (!wanted) return;
  if (!stop) stream();
}

async function stream() {
  const { token } = talk.session, mine = Object.assign(new AbortController(), { token });
  stop = mine;
  const on = {
    thread: (answer) => { streaming = true; misses = talk.misses = 0; if (talk.session?.token === token) take(answer, 0); paintState(); },
    typing: ({ seconds }) => { talk.personTyping = Date.now() + seconds * 1000; paintTyping(); },
  };
  try {
    await listen("chat/events", token, talk.seq, on, mine);
  } catch { /* a look says why */ }
  streaming = false;
  misses += 1;
  setTimeout(() => { if (stop === mine) stop = null; plan(); }, mine.signal.aborted ? 0 : Math.min(500 * 2 ** misses, SLOWEST));
}

/** `number`: of the look that brought it; 0 from the stream. */
function take(answer, number) {
  const news = (answer.messages ?? []).filter((message) => message.seq > talk.seq);
  const moved = JSON.stringify(answer.stands) !== JSON.stringify(talk.stands);
  talk.who = answer.state ?? talk.who;
  talk.stands = answer.stands ?? talk.stands;
  for (const message of news) {
    talk.seq = message.seq;
    if (message.from === "buyer") { claimEcho(message); talk.unread = 0; }
    else {
      talk.answerDue = talk.outbox.length ? talk.answerDue : 0;
      if (message.from === "agent") talk.personTyping = 0;
      if (message.seq > (talk.session.seen ?? 0)) talk.unread += 1;
    }
    const [first] = talk.thread.filter((item) => !item.divider).slice(-1);
    const isGreeting = first?.greeting && message.from === "bot" && message.text === first.text;
    if (isGreeting) Object.assign(first, message);
    else talk.thread.push(message);
  }
  talk.outbox = talk.outbox.filter((message) => message.status !== "sent" || number < message.until);
  if (talk.who === "claimed") talk.answerDue = 0;
  if (talk.open && !document.hidden) see();
  if (news.length) append(news, polls > 1); else paintQuick();
  if (moved) paintWho();
  paintOutbox();
  changed();
}

/** The server's copy of a message replaces ours: by its id, or where that is not told, by its words. */
function claimEcho(message) {
  const text = (message.text ?? "").trim();
  const mine = talk.outbox.find((own) => message.message_id
    ? own.id === message.message_id
    : message.seq > own.after && own.text === text && own.pictures.length === (message.attachments ?? []).length);
  if (!mine) return;
  message.local = mine.pictures.map((picture) => picture.local);
  if (mine.status === "sent") talk.outbox = talk.outbox.filter((own) => own !== mine); else mine.echoed = true;
}
