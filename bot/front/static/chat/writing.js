// The buyer's box: writing, pictures, and a sign that they are typing while a person has the conversation.
import { $, element } from "./drawing.js";
import { PICTURE_BYTES, PICTURE_TYPES, opens, shrink } from "./pictures.js";
import { send } from "./sending.js";
import { ask } from "./server.js";
import { talk } from "./talk.js";
import { say } from "./words.js";

const LIMIT = 2000, SHOW_LIMIT_FROM = 1800, PICTURES = 4, TYPING_EVERY = 3000;
let picked = []; // pictures chosen but not sent: {file, local}
let typingTold = 0;

export function focusText(always) { if (always || matchMedia("(pointer: fine)").matches) $("text").focus(); }

export function hint(words, bad) {
  $("hint").textContent = words;
  $("hint").className = bad ? "hint bad" : "hint";
  $("hint").hidden = !words;
}

export function typed() {
  const text = $("text");
  text.style.height = "auto";
  text.style.height = `${Math.min(text.scrollHeight, 132)}px`;
  const over = [...text.value.trim()].length - LIMIT;
  $("send").disabled = over > 0 || !(text.value.trim() || picked.length);
  if (over > 0) hint(say("over", { count: over }), true);
  else hint(over >= SHOW_LIMIT_FROM - LIMIT ? say("left", { count: -over }) : "", false);
}

/** Words go back into the box, before what was written since. */
export function writeAgain(words) {
  $("text").value = [words, $("text").value].filter(Boolean).join("\n");
  typed(); focusText(true);
}

function tellTyping() {
  if (talk.who !== "claimed" || !talk.session || Date.now() - typingTold < TYPING_EVERY || !$("text").value.trim()) return;
  typingTold = Date.now();
  ask("chat/typing", { method: "POST", token: talk.session.token }).catch(() => { /* a sign of life, no more */ });
}

export function writing() {
  const text = $("text");
  $("composer").addEventListener("submit", (event) => {
    event.preventDefault();
    if ($("send").disabled) return;
    send(text.value, picked);
    text.value = ""; picked = []; typingTold = 0;
    paintTray(); typed(); focusText();
  });
  text.addEventListener("input", () => { typed(); tellTyping(); });
  text.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    $("composer").requestSubmit();
  });
  text.addEventListener("paste", (event) => {
    if (!event.clipboardData?.files.length) return;
    event.preventDefault();
    pick([...event.clipboardData.files]);
  });
  $("pick").addEventListener("click", () => $("file").click());
  $("file").addEventListener("change", () => { pick([...$("file").files]); $("file").value = ""; });
}

/** Enter, pressed before this page's script was there, has only begun a new line: it is sent now. */
export function sendEarlier() {
  typed();
  if ($("text").value.endsWith("\n")) $("composer").requestSubmit();
}

async function pick(files) {
  let trouble = "";
  for (const original of files) {
    const file = await shrink(original);
    if (!PICTURE_TYPES.includes(file.type)) trouble = "picture_kind";
    else if (file.size > PICTURE_BYTES) trouble = "picture_large";
    else if (picked.length >= PICTURES) trouble = "picture_many";
    else if (!await opens(file)) trouble = "picture_kind";
    else picked.push({ file, local: URL.createObjectURL(file) });
  }
  paintTray(); typed();
  if (trouble) hint(say(trouble), true);
}

function paintTray() {
  $("tray").hidden = !picked.length;
  $("tray").replaceChildren(...picked.map((picture) => {
    const frame = element("div"), image = element("img"), remove = element("button", "", "×");
    image.src = picture.local; image.alt = say("picture_alt");
    remove.type = "button"; remove.setAttribute("aria-label", say("picture_remove"));
    remove.addEventListener("click", () => {
      picked = picked.filter((other) => other !== picture);
      URL.revokeObjectURL(picture.local);
      paintTray(); typed(); focusText();
    });
    frame.append(image, remove);
    return frame;
  }));
}
