// The agent's box: drafts that survive anything, the suggested reply, pictures, typing that the buyer sees.
import { PICTURE_TYPES, shrink } from "../front/chat/pictures.js";
import { Ended, Refused, post } from "./acting.js";
import { $, client, element, say, store, uuid } from "./page.js";

const DRAFT = `draft.${client.me}.${client.handoff}`;
const MOST_PICTURES = 4, TYPING_EVERY = 3000, LEFT_FROM = 200;
let pictures = [], typedAt = 0;

export const draft = () => store.get(DRAFT) ?? "";
const action = (name) => `${client.base}/desk/handoffs/${client.handoff}/${name}`;

/** Sets the box up, as often as it is drawn anew. `send`: what takes a message. */
export function composer(send) {
  const text = $("text");
  if (!text) return;
  pictures = [];
  if (text.value) store.set(DRAFT, text.value); // written before this script came
  else text.value = draft();
  $("pick").hidden = $("enter-label").hidden = false;
  $("enter-sends").checked = store.get("enter") === true;
  $("enter-sends").addEventListener("change", () => store.set("enter", $("enter-sends").checked));
  text.addEventListener("input", () => { store.set(DRAFT, text.value || null); measure(); tellTyping(); });
  text.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing || event.keyCode === 229 || event.shiftKey) return;
    if (!(event.ctrlKey || event.metaKey || $("enter-sends").checked)) return;
    event.preventDefault();
    $("reply").requestSubmit();
  });
  text.addEventListener("paste", (event) => {
    if (!event.clipboardData?.files.length) return;
    event.preventDefault();
    pick([...event.clipboardData.files]);
  });
  $("pick").addEventListener("click", () => $("file").click());
  $("file").addEventListener("change", () => { pick([...$("file").files]); $("file").value = ""; });
  $("reply").addEventListener("submit", (event) => {
    event.preventDefault();
    const words = text.value.trim();
    if (pictures.some((picture) => !picture.id)) { hint(say("picture_waits"), false); return; }
    if (over() > 0 || !(words || pictures.length)) { text.focus(); return; }
    send({ id: uuid(), text: words, pictures: pictures.map(({ id, url }) => ({ id, url })) });
    pictures = [];
    write("");
    paintTray();
  });
  measure();
}

/** Puts words into the box, and the cursor behind them. */
export function write(words, focus = true) {
  const text = $("text");
  store.set(DRAFT, words || null);
  if (!text) return;
  text.value = words;
  measure();
  if (focus) { text.focus({ preventScroll: true }); text.setSelectionRange(words.length, words.length); }
}

/** A suggestion goes into an empty box, or behind what stands there. */
export function use(words) {
  const before = ($("text")?.value ?? "").trim();
  write(before.includes(words) ? before : [before, words].filter(Boolean).join("\n"));
  $("text")?.scrollIntoView({ block: "nearest" });
}

/** What could not be sent goes back, before what was written since. */
export function giveBack(message) {
  write([message.text, draft()].filter(Boolean).join("\n"), false);
  pictures = [...message.pictures.map((picture) => ({ ...picture, local: picture.url })), ...pictures].slice(0, MOST_PICTURES);
  paintTray();
}

const over = () => [...$("text").value.trim()].length - client.most.text;

function measure() {
  const text = $("text");
  text.style.height = "auto";
  text.style.height = `${text.scrollHeight}px`;
  const count = over();
  if (count > 0) hint(say("over", { count }), true);
  else hint(count > -LEFT_FROM ? say("left", { count: -count }) : "", false);
}

function hint(words, bad) {
  if (!$("hint")) return;
  $("hint").textContent = words;
  $("hint").className = bad ? "hint bad" : "hint";
  $("hint").hidden = !words;
}

function tellTyping() {
  if (Date.now() - typedAt < TYPING_EVERY || !$("text").value.trim()) return;
  typedAt = Date.now();
  post(action("typing"), new URLSearchParams({ csrf: client.csrf })).catch(() => { /* a sign of life, no more */ });
}

// ---- pictures: sent up when they are chosen, so that the words go out at once
async function pick(files) {
  let trouble = "";
  for (const original of files) {
    const file = await shrink(original);
    if (!PICTURE_TYPES.includes(file.type)) trouble = say("picture_kind");
    else if (file.size > client.most.picture) trouble = say("picture_large");
    else if (pictures.length >= MOST_PICTURES) trouble = say("picture_many");
    else trouble = (await sendUp(file)) ?? trouble;
  }
  hint(trouble, true);
  $("text")?.focus();
}

/** Gives the words of what went wrong, if anything. */
async function sendUp(file) {
  const picture = { local: URL.createObjectURL(file) };
  pictures.push(picture);
  paintTray();
  try {
    Object.assign(picture, await post(action("chat/pictures"), file, { "Content-Type": file.type }));
    return null;
  } catch (error) {
    pictures = pictures.filter((other) => other !== picture);
    if (error instanceof Ended) return say("ended");
    return (error instanceof Refused && error.words) || say("picture_lost");
  } finally {
    paintTray();
  }
}

function paintTray() {
  const tray = $("tray");
  if (!tray) return;
  tray.hidden = !pictures.length;
  tray.replaceChildren(...pictures.map((picture) => {
    const frame = element("div", picture.id ? "" : "going"), image = element("img"), remove = element("button", "", "×");
    image.src = picture.local;
    image.alt = say("picture_alt");
    remove.type = "button";
    remove.setAttribute("aria-label", say("picture_remove"));
    remove.addEventListener("click", () => { pictures = pictures.filter((other) => other !== picture); paintTray(); $("text").focus(); });
    frame.append(image, remove);
    return frame;
  }));
}
