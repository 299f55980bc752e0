// The buyer's chat page: shows the thread as it happens, sends what the buyer writes, never loses or doubles a message.
import { $, atBottom, paint, paintState, paintTyping, paintWords, toBottom } from "./chat/drawing.js";
import { colour, frame, tellParent } from "./chat/frame.js";
import { plan, poll, reading } from "./chat/reading.js";
import { deliver, send, sendAll, takeBack, unsentFromLastTime } from "./chat/sending.js";
import { QUERY, pause } from "./chat/server.js";
import { changeOfUser, greet, openSession } from "./chat/session.js";
import { see, talk } from "./chat/talk.js";
import { EMBED, inWords, loadWords, otherLanguage } from "./chat/words.js";
import { focusText, hint, sendEarlier, typed, writeAgain, writing } from "./chat/writing.js";

let starting = false;
async function start() {
  if (starting) return;
  starting = true;
  for (let wait = 1000; !talk.session; wait = Math.min(wait * 2, 15_000)) {
    try { await openSession(); } catch (error) {
      talk.misses += 1;
      paintState();
      if (error.words) hint(inWords(error.words, ""), true);
      await pause(wait);
    }
  }
  talk.misses = 0;
  starting = false;
  await poll();
  if (talk.outbox.length) deliver();
}

async function changeLanguage() {
  otherLanguage();
  paint(); typed();
  const unused = talk.session && !talk.thread.some((item) => item.from === "buyer") && !talk.outbox.length;
  if (unused) { try { await openSession(); } catch { /* the old greeting stays */ } }
  tellParent();
}

function listenToPresses() {
  $("log").addEventListener("click", (event) => {
    const button = event.target.closest("[data-say]");
    if (button) { send(button.dataset.say); focusText(); }
  });
  $("outbox").addEventListener("click", (event) => {
    if (event.target.closest("[data-retry]")) sendAll();
    const edit = event.target.closest("[data-edit]");
    if (edit) writeAgain(takeBack(edit.dataset.edit));
  });
  $("language").addEventListener("click", changeLanguage);
  $("scroll").addEventListener("scroll", () => { if (atBottom()) $("below").hidden = true; }, { passive: true });
  $("below").addEventListener("click", toBottom);
}

function listenToTheBrowser() {
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) { plan(); return; }
    if (talk.open) see();
    poll();
    paintWords();
  });
  window.addEventListener("online", () => { paintState(); poll(); if (talk.outbox.length) sendAll(); });
  window.addEventListener("offline", paintState);
  window.addEventListener("beforeunload", (event) => {
    if (talk.outbox.some((message) => message.pictures.some((picture) => !picture.id))) event.preventDefault();
  });
  if (window.visualViewport && !EMBED) { // an iOS keyboard covers the page instead of resizing it
    visualViewport.addEventListener("resize", () => {
      document.documentElement.style.setProperty("--height", `${visualViewport.height}px`);
      window.scrollTo(0, 0);
      toBottom();
    });
  }
}

let writes = false;
/** From here on Enter sends; before, it is not known whose words they are. */
function letWrite() {
  if (writes) return;
  writes = true;
  writing();
  sendEarlier();
}

async function begin() {
  await loadWords();
  typed();
  listenToPresses();
  listenToTheBrowser();
  reading(() => { if (talk.open) start(); }, () => tellParent());
  frame(told);
  setInterval(paintTyping, 1000);
  colour(QUERY.get("colour"));
  unsentFromLastTime();
  if (talk.session) greet();
  paint();
  tellParent();
  if (EMBED) return; // the shop's page says first who it is for, and which product it shows
  letWrite();
  start();
  focusText();
}

/** The shop's page says whether the widget is open, who its user is and which product it shows. */
async function told(opened) {
  const changed = changeOfUser();
  letWrite();
  if (changed && talk.session) await openSession().catch(() => { /* asked again with the next page */ });
  if (talk.session || talk.open) start();
  if (talk.open) see();
  if (opened) { toBottom(); if (matchMedia("(pointer: fine)").matches) focusText(true); else $("scroll").focus(); }
  plan();
}

begin();
