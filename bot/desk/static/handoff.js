// One handoff's page: the conversation grows, the card and what can be done are drawn anew when they change.
import { actOnForms } from "./acting.js";
import { ring } from "./bell.js";
import { composer, draft, use, write, giveBack } from "./composer.js";
import { copyButtons } from "./copying.js";
import { keys, press } from "./keys.js";
import { $, client, element, notice, say } from "./page.js";
import { follow } from "./stream.js";
import { onItsWay, unsent } from "./unsent.js";
import { serverTime, tick } from "./waits.js";

let outbox = null, typingTimer = 0, seen = 0;
let stay = true;     // whether the end of the conversation is being read, so that what comes is scrolled to
let claimed = false; // by a press on this page: the box gets the focus when it comes

function look() {
  const scroll = $("scroll");
  stay = scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < 90;
}
function toEnd() { $("scroll").scrollTop = $("scroll").scrollHeight; }

function take({ parts, lines, now }) {
  serverTime(now);
  if (lines.trim()) grow(lines);
  for (const [name, html] of Object.entries(parts)) draw($(name), html);
  tick();
  if (stay) toEnd();
}

/** Adds lines; what stands there already (after a connection came back) is not added again. */
function grow(html) {
  const fresh = document.createElement("template");
  fresh.innerHTML = html;
  let called = false;
  for (const line of fresh.content.querySelectorAll("li")) {
    const number = Number(line.dataset.number ?? 0);
    if (number && document.querySelector(`#transcript [data-number="${number}"]`)) continue;
    $("transcript").append(line);
    seen = Math.max(seen, number);
    called ||= line.classList.contains("from-buyer");
  }
  breaks();
  outbox?.paint();
  if (called) { typing(0); ring(); }
}

/** A line between one episode of the conversation and the next. */
function breaks() {
  let before = null;
  for (const line of $("transcript").querySelectorAll("li[data-episode]")) {
    if (before && before !== line.dataset.episode && !line.previousElementSibling?.classList.contains("break")) {
      line.before(element("li", "break"));
    }
    before = line.dataset.episode;
  }
}

function draw(part, html) {
  const fresh = document.createElement("template");
  fresh.innerHTML = html;
  const stands = (root) => root.querySelector("[data-stands]")?.dataset.stands;
  if (part.id === "acts" && stands(part) === stands(fresh.content)) return; // somebody may be writing in it
  const focused = part.contains(document.activeElement) ? document.activeElement.id : "";
  const top = part.scrollTop;
  part.replaceChildren(fresh.content);
  part.scrollTop = top;
  if (part.id === "acts") setUp();
  copyButtons(part);
  useButtons(part);
  if (focused) $(focused)?.focus({ preventScroll: true });
}

/** The box, where there is one; where it has gone, what was written in it is shown, to be copied. */
function setUp() {
  composer((message) => { outbox.send(message); toEnd(); });
  if (claimed && $("text")) { claimed = false; $("text").focus(); }
  offerDraft();
}

function offerDraft() {
  notice("draft", null);
  if ($("text") || !draft()) return;
  const words = element("q", "", draft()), copy = element("button", "", say("copied"));
  copy.type = "button";
  copy.textContent = document.querySelector("[data-copy]")?.textContent ?? "⧉";
  copy.addEventListener("click", () => { navigator.clipboard?.writeText(words.textContent); write(""); notice("draft", null); });
  notice("draft", say("draft"), "", copy, words);
}

function useButtons(root) {
  for (const button of root.querySelectorAll("[data-use]")) {
    button.hidden = false;
    button.addEventListener("click", () => use(document.querySelector(button.dataset.use).textContent));
  }
}

function typing(seconds) {
  clearTimeout(typingTimer);
  $("typing").hidden = !(seconds > 0);
  if (seconds > 0) typingTimer = setTimeout(() => typing(0), seconds * 1000);
  if (stay) toEnd();
}

const unfold = (id, field) => () => {
  const fold = $(id);
  if (!fold) return;
  fold.open = true;
  fold.querySelector(field).focus();
};

export function handoffPage() {
  seen = client.after[0];
  actOnForms(() => ({ seen }), (form) => {
    if (!/(claim|take_over)$/.test(form.action)) return;
    if ($("text")) $("text").focus(); else claimed = true;
  });
  outbox = unsent((message) => { giveBack(message); offerDraft(); });
  setUp();
  useButtons(document);
  breaks();
  toEnd();
  $("scroll").addEventListener("scroll", look, { passive: true });
  $("scroll").addEventListener("load", () => { if (stay) toEnd(); }, true); // a picture has its height only now
  keys({
    c: press("claim"), s: press("use-suggested"), q: press("back"), r: () => $("text")?.focus(),
    p: unfold("fold-pass", "select"), b: unfold("fold-back", "button"), e: unfold("fold-end", "input:not([type=hidden])"),
  });
  document.addEventListener("toggle", (event) => { // one at a time
    if (event.target.matches?.("details.fold") && event.target.open) {
      for (const other of document.querySelectorAll("details.fold[open]")) if (other !== event.target) other.open = false;
    }
  }, true);
  document.addEventListener("click", (event) => {
    if (!event.target.closest("details.fold")) for (const open of document.querySelectorAll("details.fold[open]")) open.open = false;
  });
  window.addEventListener("beforeunload", (event) => { if (onItsWay()) event.preventDefault(); });
  follow(`${client.base}/desk/handoffs/${client.handoff}/events`, client.after.join("-"), { news: take, typing: ({ seconds }) => typing(seconds) });
}
