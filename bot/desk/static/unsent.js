// What an agent wrote and the server has not taken yet: kept in the browser, sent in order, the same id until it is through.
import { Ended, Refused, post } from "./acting.js";
import { $, client, element, notice, passing, say, store } from "./page.js";

const KEY = `unsent.${client.me}.${client.handoff}`;
const BACK_OFF = [1000, 2000, 4000, 8000, 15_000];
let waiting = (store.get(KEY) ?? []).filter((message) => message?.id);
let sent = []; // taken, but not yet in the conversation that the server shows
let delivering = false, tries = 0, timer = 0;

function keep() { store.set(KEY, waiting.length ? waiting : null); }

/** Whether something is being sent that leaving the page would hold up; what waits for signing in is kept anyway. */
export const onItsWay = () => waiting.some((message) => message.state !== "held");

/** `returned`: called with what was refused, so that the words go back into the box. */
export function unsent(returned) {
  const late = waiting.length > 0;

  function send(message) {
    waiting.push(message);
    keep();
    paint();
    deliver();
  }

  async function deliver() {
    clearTimeout(timer);
    if (delivering || !waiting.length) return;
    delivering = true;
    const [message] = waiting;
    try {
      const fields = [["csrf", client.csrf], ["message_id", message.id], ["text", message.text], ...message.pictures.map((picture) => ["pictures", picture.id])];
      await post(`${client.base}/desk/handoffs/${client.handoff}/reply`, new URLSearchParams(fields));
      waiting.shift();
      if (!document.querySelector(`[data-message="${CSS.escape(message.id)}"]`)) sent.push(message);
      tries = 0;
      notice("refused", null);
      if (late && !waiting.length) passing("late", say("sent_later"), "good");
    } catch (error) {
      if (error instanceof Refused) {
        waiting.shift();
        notice("refused", error.words ?? say("not_sent"), "bad");
        returned(message);
      } else {
        message.state = error instanceof Ended ? "held" : "retrying";
        if (!(error instanceof Ended)) timer = setTimeout(deliver, BACK_OFF[Math.min(tries++, BACK_OFF.length - 1)]);
        keep();
        delivering = false;
        paint();
        return;
      }
    }
    delivering = false;
    keep();
    paint();
    deliver();
  }

  function paint() {
    sent = sent.filter((message) => !document.querySelector(`[data-message="${CSS.escape(message.id)}"]`));
    const lines = [...sent, ...waiting].map((message) => {
      const line = element("li", "from-agent");
      if (message.pictures.length) {
        const row = element("p", "pictures");
        for (const { url } of message.pictures) {
          const frame = element("span", "picture"), image = element("img");
          image.src = url;
          image.alt = say("picture_alt");
          frame.append(image);
          row.append(frame);
        }
        line.append(row);
      }
      if (message.text) line.append(element("p", "text", message.text));
      if (!sent.includes(message)) line.append(element("p", `state${message.state ? " bad" : ""}`, say(message.state ?? "sending")));
      return line;
    });
    $("pending").replaceChildren(...lines);
  }

  window.addEventListener("online", deliver);
  paint();
  deliver();
  return { send, paint };
}
