// Draws the thread: messages, who came and went, what is on its way. Presses are heard in chat.js.
import { talk, waiting } from "./talk.js";
import { addressOf, clockOf, dayOf, inWords, lang, say } from "./words.js";

const GROUP_WITHIN = 180_000;
export const $ = (id) => document.getElementById(id);

export function element(tag, className, text) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text !== undefined) node.textContent = text;
  return node;
}

// ---- the thread
let drawn = null;   // the last message drawn, where nothing stands between it and the next
let day = null;     // the day that stands above it
let episode = 0;    // its episode
let here = null;    // the person who is in it: {name, episode}, until they left

export function paint() {
  $("log").setAttribute("aria-live", "off");
  $("log").replaceChildren();
  drawn = here = day = null;
  episode = 0;
  for (const item of talk.thread) draw(item, false);
  paintStands(); paintQuick(); paintOutbox(); paintState(); paintWords();
  toBottom();
  setTimeout(() => $("log").setAttribute("aria-live", "polite"), 300);
}

export function append(items, fresh) {
  const stay = atBottom() || items.some((item) => item.from === "buyer");
  for (const item of items) if (talk.thread.includes(item) || item.divider) draw(item, fresh);
  paintStands(); paintQuick();
  if (stay) toBottom(); else $("below").hidden = false;
}

function draw(item, fresh) {
  if (item.divider) { line(say("new_talk"), "day"); here = null; return; }
  if (item.episode > episode) { if (episode) left(item.episode); episode = item.episode; }
  const at = new Date(item.at), person = talk.stands?.person;
  if (item.from === "agent") joined(item.name, item.episode);
  else if (person && item.episode === talk.stands.episode && at > new Date(talk.stands.since) && !here) joined(person, item.episode);
  if (day !== at.toDateString()) { day = at.toDateString(); line(dayOf(at), "day"); }
  const first = !drawn || drawn.from !== item.from || drawn.name !== item.name || at - new Date(drawn.at) > GROUP_WITHIN;
  const node = element("article", `message ${item.from}${first ? " first" : ""}${fresh && item.from !== "buyer" ? " fresh" : ""}`);
  if (item.seq) node.dataset.seq = item.seq;
  if (first) node.append(speaker(item, at));
  if (item.attachments?.length) node.append(pictures(item.attachments.map(({ url }, i) => ({ url: addressOf(url), local: item.local?.[i] }))));
  if (item.text) node.append(element("p", "bubble", item.text));
  $("log").append(node);
  item.node = node;
  drawn = item;
}

// ---- people who come and go. What is drawn follows from the messages' episodes and from who has it now, so that it
// stands the same after a reload
function line(text, look = "event") {
  $("log").append(element("p", look, text));
  drawn = null;
}
function joined(name, inEpisode) {
  if (here?.episode === inEpisode && here.name === name) return;
  here = { name, episode: inEpisode };
  line(say("person_joined", { name }));
}
function left(nowEpisode) {
  if (here && here.episode < nowEpisode) { line(say("person_left", { name: here.name })); here = null; }
}

function paintStands() {
  const stands = talk.stands;
  if (!stands) return;
  left(stands.episode);
  $("log").querySelector(".passing")?.remove();
  if (stands.person && stands.state === "claimed") joined(stands.person, stands.episode);
  else if (stands.state === "waiting" && here?.episode === stands.episode) line(say("person_passing"), "event passing");
}

/** Who has it has changed. */
export function paintWho() {
  const stay = atBottom();
  paintStands(); paintQuick(); paintState();
  if (stay) toBottom();
}

function speaker(item, at) {
  const who = element("div", "who");
  if (item.from === "buyer") who.append(element("span", "unseen", say("you")));
  else {
    const person = item.from === "agent", name = person ? item.name || say("agent_name") : say("bot_name");
    const face = element("span", "face", person ? [...name][0] : undefined);
    face.setAttribute("aria-hidden", "true");
    if (!person) face.append($("robot").content.cloneNode(true));
    who.append(face, element("b", "", name), element("span", "mark", say(person ? "agent_mark" : "bot_mark")));
  }
  const time = element("time", "", clockOf(at));
  time.dateTime = at.toISOString();
  who.append(time);
  return who;
}

function pictures(list) {
  const row = element("div", "pictures");
  for (const { url, local } of list) {
    const frame = element(url ? "a" : "span"), image = element("img");
    if (url && /^https?:$/.test(url.protocol)) Object.assign(frame, { href: url.href, target: "_blank", rel: "noopener" });
    image.alt = say("picture_alt");
    const stay = atBottom();
    image.addEventListener("load", () => { if (stay) toBottom(); });
    image.src = local ?? url.href;
    frame.append(image);
    row.append(frame);
  }
  return row;
}

// ---- quick replies, under the bot's last message
export function paintQuick() {
  const [last] = talk.thread.filter((item) => item.from !== "buyer").slice(-1);
  const wanted = last?.from === "bot" && talk.who !== "claimed" && last.buttons?.length ? last : null;
  for (const row of $("log").querySelectorAll(".quick")) if (row.parentNode !== wanted?.node) row.remove();
  if (!wanted) return;
  let row = wanted.node.querySelector(".quick");
  if (!row) {
    row = element("div", "quick");
    for (const { title, payload } of wanted.buttons) {
      const button = element("button", "", title);
      button.type = "button";
      button.dataset.say = payload ?? title;
      row.append(button);
    }
    wanted.node.append(row);
  }
  for (const button of row.children) button.disabled = talk.outbox.some((message) => message.status === "queued");
}

// ---- what is on its way
export function paintOutbox() {
  const stay = atBottom();
  const shown = talk.outbox.filter((message) => !message.echoed);
  $("outbox").replaceChildren(...shown.map((message) => {
    const quiet = ["queued", "sent"].includes(message.status);
    const node = element("article", `message buyer first${quiet ? " pending" : ""}`);
    const seen = message.pictures.filter((picture) => picture.local);
    if (seen.length) node.append(pictures(seen.map(({ local }) => ({ local }))));
    if (message.text) node.append(element("p", "bubble", message.text));
    if (message.status !== "sent") node.append(noteOn(message));
    return node;
  }));
  paintTyping();
  if (stay) toBottom();
}

function noteOn(message) {
  const word = { queued: "sending", held: "retrying", failed: "failed", refused: "failed" }[message.status];
  const note = element("p", `note${message.status === "queued" ? "" : " bad"}`);
  note.append(element("span", "", inWords(message.words, say(word))));
  const press = { failed: "retry", refused: "edit" }[message.status];
  if (press) {
    const button = element("button", "", say(press));
    button.type = "button";
    button.dataset[press] = message.id;
    note.append(button);
  }
  return note;
}

/** Dots while the bot thinks, or while the person types. */
export function paintTyping() {
  const bot = talk.who !== "claimed" && waiting() && !talk.outbox.some((message) => ["held", "failed"].includes(message.status));
  const hidden = !bot && talk.personTyping <= Date.now();
  if ($("typing").hidden === hidden) return;
  const stay = atBottom();
  $("typing").hidden = hidden;
  if (stay) toBottom();
}

// ---- the line above the thread, and the page's fixed words
export function paintState() {
  const offline = talk.misses >= 2 || !navigator.onLine;
  const state = offline ? "offline" : talk.session ? talk.who : "starting";
  const name = talk.stands?.person;
  let text = say(`state_${state}`);
  if (state === "claimed" && name) text = say("state_claimed_by", { name });
  if (state === "waiting" && $("log").querySelector(".passing")) text = say("state_passing");
  $("state").dataset.state = state;
  if ($("state").lastElementChild.textContent !== text) $("state").lastElementChild.textContent = text;
  paintTyping();
}

export function paintWords() {
  document.documentElement.lang = lang === "zh" ? "zh-CN" : "en";
  const shop = inWords(talk.session?.shop, "");
  $("shop").textContent = shop || say("title");
  document.title = (talk.unread && document.hidden ? `(${talk.unread}) ` : "") + (shop || say("title"));
  for (const node of document.querySelectorAll("[data-word]")) node.textContent = say(node.dataset.word);
  for (const node of document.querySelectorAll("[data-hint]")) node.placeholder = say(node.dataset.hint);
  for (const node of document.querySelectorAll("[data-label]")) {
    node.setAttribute("aria-label", say(node.dataset.label));
    if (node.matches("button")) node.title = say(node.dataset.label);
  }
}

export const atBottom = () => $("scroll").scrollHeight - $("scroll").scrollTop - $("scroll").clientHeight < 90;
export function toBottom() { $("scroll").scrollTop = $("scroll").scrollHeight; $("below").hidden = true; }
