// The buyer's chat page: shows the thread, sends what the buyer writes, never loses or doubles a message.
"use strict";
(async () => {
  const BASE = new URL(".", location.href); // the page is {base}/chat
  const KEY = `nightdesk.${BASE.href.replace(/\/$/, "")}`;
  const QUERY = new URLSearchParams(location.search);
  const EMBED = QUERY.get("embed") === "1" && window.parent !== window;
  const LIMIT = 2000, SHOW_LIMIT_FROM = 1800;
  const PICTURE_BYTES = 8 * 1024 * 1024, PICTURE_SIDE = 2000, SHRINK_FROM = 1_200_000, PICTURES = 4;
  const PICTURE_TYPES = ["image/jpeg", "image/png", "image/webp", "image/gif"];
  const BACK_OFF = [1000, 2000, 4000, 8000];
  const ANSWER_WITHIN = 60_000, GROUP_WITHIN = 180_000, ASK_TIMEOUT = 20_000, UPLOAD_TIMEOUT = 90_000;
  const $ = (id) => document.getElementById(id);
  const root = document.documentElement;

  // ---- storage: a browser may refuse it; then the page works until it is closed
  const store = {
    get(key) { try { return JSON.parse(localStorage.getItem(key)); } catch { return null; } },
    set(key, value) { try { localStorage.setItem(key, JSON.stringify(value)); } catch { /* private mode */ } },
    drop(key) { try { localStorage.removeItem(key); } catch { /* private mode */ } },
    keys(prefix) { try { return Object.keys(localStorage).filter((key) => key.startsWith(prefix)); } catch { return []; } },
  };

  // ---- asking the server: Refused is its answer, Unreachable is no answer
  class Refused extends Error {
    constructor(status, message) { super(`refused ${status}`); this.status = status; this.words = message; }
  }
  class Unreachable extends Error {}

  async function ask(path, { method = "GET", json, body, type, token, timeout = ASK_TIMEOUT } = {}) {
    const headers = {};
    if (token) headers.Authorization = `Bearer ${token}`;
    if (json !== undefined) { headers["Content-Type"] = "application/json"; body = JSON.stringify(json); }
    if (type) headers["Content-Type"] = type;
    const stop = new AbortController();
    const clock = setTimeout(() => stop.abort(), timeout);
    try {
      const response = await fetch(new URL(path, BASE), { method, headers, body, signal: stop.signal, cache: "no-store" });
      if (response.status >= 500) throw new Unreachable(`status ${response.status}`);
      const answer = await response.json().catch(() => null);
      if (!response.ok) throw new Refused(response.status, answer?.error?.message ?? null);
      if (answer === null) throw new Unreachable("not JSON");
      return answer;
    } catch (error) {
      throw error instanceof Refused ? error : new Unreachable(error.message);
    } finally {
      clearTimeout(clock);
    }
  }
  const pause = (ms) => new Promise((done) => setTimeout(done, ms));

  // ---- words
  const WORDS = await (async () => {
    for (let wait = 500; ; wait = Math.min(wait * 2, 15_000)) {
      try { return await ask("static/front/words.json"); } catch { await pause(wait); }
    }
  })();
  let lang = firstLanguage();
  const say = (key, values = {}) =>
    Object.entries(values).reduce((text, [name, value]) => text.replace(`{${name}}`, value), WORDS[key]?.[lang] ?? "");
  const inWords = (message, otherwise) => message?.[lang] ?? message?.zh ?? message?.en ?? otherwise;

  function firstLanguage() {
    const chosen = store.get(`${KEY}.language`), asked = QUERY.get("lang");
    const wanted = EMBED ? chosen ?? asked : asked ?? chosen;
    if (wanted === "zh" || wanted === "en") return wanted;
    return /^en\b/i.test(navigator.language) ? "en" : "zh";
  }

  function element(tag, className, text) {
    const node = document.createElement(tag);
    if (className) node.className = className;
    if (text !== undefined) node.textContent = text;
    return node;
  }

  // ---- what the page knows
  let session = store.get(KEY);      // {token, shop, greeting, language, at, seen}
  if (!session?.token) session = null;
  let seq = 0;                       // the last message shown
  let who = "bot";                   // bot | waiting | claimed
  let thread = [];                   // everything shown, in order; a greeting or divider has no seq
  let outbox = [];                   // what the buyer wrote and the server has not shown yet
  let picked = [];                   // pictures chosen but not sent: {file, local}
  let answerDue = 0;                 // until when an answer is waited for
  let open = !EMBED, unread = 0, misses = 0, polls = 0;

  // ---- session
  let opening = null;
  function openSession() {
    opening ??= (async () => {
      const body = { language: lang };
      if (QUERY.get("product")) body.product = QUERY.get("product");
      const answer = await ask("chat/session", { method: "POST", json: body });
      const used = thread.some((item) => item.from === "buyer");
      session = { ...answer, language: lang, at: new Date().toISOString(), seen: 0 };
      store.set(KEY, session);
      seq = 0; who = "bot";
      thread = used ? [...thread, { divider: true }] : [];
      greet();
      paint();
    })().finally(() => { opening = null; });
    return opening;
  }

  function forgetSession(token) {
    if (session?.token !== token) return;
    session = null;
    store.drop(KEY);
    for (const message of outbox) message.after = 0;
  }

  function greet() {
    if (session.greeting?.text) thread.push({ ...session.greeting, from: "bot", at: session.at, greeting: true });
  }

  // ---- reading: everything shown comes from here
  let polling = false, again = false, timer = 0;
  async function poll() {
    if (polling) { again = true; return; }
    if (!session) return;
    polling = true; again = false; polls += 1;
    clearTimeout(timer);
    const { token } = session, number = polls;
    try {
      const answer = await ask(`chat/messages?after=${seq}`, { token });
      misses = 0;
      if (session?.token === token) take(answer, number);
    } catch (error) {
      if (error.status === 401) { forgetSession(token); if (open) start(); } else misses += 1;
    } finally {
      polling = false;
      paintState();
      plan();
    }
  }

  function plan() {
    clearTimeout(timer);
    const away = document.hidden || !open;
    const every = again ? 0 : away ? 15_000 : waiting() ? 1000 : 2500;
    timer = setTimeout(poll, Math.min(every * (misses + 1), 15_000));
  }

  function take(answer, number) {
    const news = (answer.messages ?? []).filter((message) => message.seq > seq);
    who = answer.state ?? who;
    for (const message of news) {
      seq = message.seq;
      if (message.from === "buyer") claimEcho(message);
      else { answerDue = outbox.length ? answerDue : 0; if (message.seq > (session.seen ?? 0)) unread += 1; }
      const [first] = thread.filter((item) => !item.divider).slice(-1);
      const isGreeting = first?.greeting && message.from === "bot" && message.text === first.text;
      if (isGreeting) Object.assign(first, message);
      else thread.push(message);
    }
    outbox = outbox.filter((message) => message.status !== "sent" || number < message.until);
    if (who === "claimed") answerDue = 0;
    if (open && !document.hidden) see();
    if (news.length) append(news); else paintQuick();
    paintOutbox();
    tellParent();
  }

  /** The server's copy of a message replaces ours: by its id, or where that is not told, by its words. */
  function claimEcho(message) {
    const text = (message.text ?? "").trim();
    const mine = outbox.find((own) => message.message_id
      ? own.id === message.message_id
      : message.seq > own.after && own.text === text && own.pictures.length === (message.attachments ?? []).length);
    if (!mine) return;
    message.local = mine.pictures.map((picture) => picture.local);
    if (mine.status === "sent") outbox = outbox.filter((own) => own !== mine); else mine.echoed = true;
  }

  function see() {
    unread = 0;
    if (session && session.seen !== seq) { session.seen = seq; store.set(KEY, session); }
  }

  const waiting = () => answerDue > Date.now() || outbox.some((message) => message.status === "queued");

  // ---- sending: one at a time, in order, the same id until it is through
  let delivering = false, retry = 0;
  function send(text, pictures = []) {
    const message = { id: uuid(), text: text.trim(), pictures, after: seq, at: new Date().toISOString(), status: "queued", tries: 0 };
    outbox.push(message);
    keep(message);
    sendAll();
    toBottom();
  }

  function sendAll() {
    clearTimeout(retry);
    for (const message of outbox) if (["failed", "held"].includes(message.status)) Object.assign(message, { status: "queued", tries: 0, words: null });
    paintOutbox(); paintQuick();
    deliver();
  }

  async function deliver() {
    if (delivering) return;
    delivering = true;
    for (let next; (next = outbox.find((message) => !["sent", "refused"].includes(message.status))) && await attempt(next););
    delivering = false;
    paintOutbox(); paintQuick();
  }

  /** Try once. True: go on with the next one (or this one again, in a new session). */
  async function attempt(message) {
    message.status = "queued";
    paintOutbox();
    try {
      if (!session) await openSession();
      const { token } = session;
      message.token = token;
      answerDue = Date.now() + ANSWER_WITHIN;
      plan();
      for (const picture of message.pictures.filter((one) => !one.id)) {
        const { id } = await ask("chat/pictures", { method: "POST", body: picture.file, type: picture.file.type, token, timeout: UPLOAD_TIMEOUT });
        picture.id = id;
        keep(message);
      }
      const json = { message_id: message.id, text: message.text, attachments: message.pictures.map((picture) => picture.id) };
      const answer = await ask("chat/messages", { method: "POST", json, token });
      store.drop(outKey(message));
      message.status = "sent";
      message.until = polls + 1; // a poll under way may have asked too early; the next one has it
      if (message.echoed) outbox = outbox.filter((own) => own !== message);
      who = answer.state ?? who;
      if (who === "claimed" || !answer.replies?.length) answerDue = 0;
      misses = 0;
      poll();
      return true;
    } catch (error) {
      answerDue = 0;
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
    const wait = error.status === 429 ? undefined : BACK_OFF[message.tries];
    message.tries += 1;
    for (const one of outbox) if (!["sent", "refused"].includes(one.status)) one.status = wait ? "held" : "failed";
    message.words = error.words ?? null;
    if (wait) retry = setTimeout(deliver, wait);
    return false;
  }

  const outKey = (message) => `${KEY}.out.${message.id}`;
  function keep(message) {
    const pictures = message.pictures.filter((picture) => picture.id).map(({ id }) => ({ id }));
    if (message.text || pictures.length) store.set(outKey(message), { id: message.id, text: message.text, pictures, at: message.at, after: message.after });
  }
  function unsentFromLastTime() {
    const kept = store.keys(`${KEY}.out.`).map((key) => store.get(key)).filter((message) => message?.id);
    kept.sort((one, other) => (one.at < other.at ? -1 : 1));
    outbox = kept.map((message) => ({ ...message, after: session ? message.after : 0, status: "queued", tries: 0 }));
  }

  function uuid() {
    if (crypto.randomUUID) return crypto.randomUUID();
    const bytes = crypto.getRandomValues(new Uint8Array(16)); // plain http has no randomUUID
    bytes[6] = (bytes[6] & 15) | 64; bytes[8] = (bytes[8] & 63) | 128;
    const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  }

  // ---- drawing the thread
  const clockOf = (at) => new Intl.DateTimeFormat(lang === "zh" ? "zh-CN" : "en-GB", { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(at);
  function dayOf(at) {
    const days = Math.round((new Date().setHours(0, 0, 0, 0) - new Date(at).setHours(0, 0, 0, 0)) / 86_400_000);
    if (days === 0) return say("today");
    if (days === 1) return say("yesterday");
    return new Intl.DateTimeFormat(lang === "zh" ? "zh-CN" : "en-GB", { month: "long", day: "numeric", weekday: "short" }).format(at);
  }

  let drawn = null; // the last item drawn
  function draw(item, fresh) {
    if (item.divider) { $("log").append(element("p", "day", say("new_talk"))); drawn = null; return; }
    const at = new Date(item.at);
    if (!drawn || new Date(drawn.at).toDateString() !== at.toDateString()) $("log").append(element("p", "day", dayOf(at)));
    const first = !drawn || drawn.from !== item.from || drawn.name !== item.name || at - new Date(drawn.at) > GROUP_WITHIN;
    const node = element("article", `message ${item.from}${first ? " first" : ""}${fresh && item.from !== "buyer" ? " fresh" : ""}`);
    if (item.seq) node.dataset.seq = item.seq;
    if (first) node.append(speaker(item, at));
    if (item.attachments?.length) node.append(pictures(item.attachments.map(({ url }, i) => ({ url: new URL(url.replace(/^\/+/, ""), BASE), local: item.local?.[i] }))));
    if (item.text) node.append(element("p", "bubble", item.text));
    $("log").append(node);
    item.node = node;
    drawn = item;
  }

  function speaker(item, at) {
    const line = element("div", "who");
    if (item.from === "buyer") line.append(element("span", "unseen", say("you")));
    else {
      const person = item.from === "agent", name = person ? item.name || say("agent_name") : say("bot_name");
      const face = element("span", "face", person ? [...name][0] : undefined);
      face.setAttribute("aria-hidden", "true");
      if (!person) face.append($("robot").content.cloneNode(true));
      line.append(face, element("b", "", name), element("span", "mark", say(person ? "agent_mark" : "bot_mark")));
    }
    const time = element("time", "", clockOf(at));
    time.dateTime = at.toISOString();
    line.append(time);
    return line;
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

  function append(items) {
    const stay = atBottom() || items.some((item) => item.from === "buyer");
    for (const item of items) if (thread.includes(item) || item.divider) draw(item, polls > 1);
    paintQuick();
    if (stay) toBottom(); else $("below").hidden = false;
  }

  function paint() {
    $("log").setAttribute("aria-live", "off");
    $("log").replaceChildren();
    drawn = null;
    for (const item of thread) draw(item, false);
    paintQuick(); paintOutbox(); paintState(); paintWords();
    toBottom();
    setTimeout(() => $("log").setAttribute("aria-live", "polite"), 300);
  }

  function paintQuick() {
    const [last] = thread.filter((item) => item.from !== "buyer").slice(-1);
    const wanted = last?.from === "bot" && who !== "claimed" && last.buttons?.length ? last : null;
    for (const row of $("log").querySelectorAll(".quick")) if (row.parentNode !== wanted?.node) row.remove();
    if (!wanted) return;
    let row = wanted.node.querySelector(".quick");
    if (!row) {
      row = element("div", "quick");
      for (const { title, payload } of wanted.buttons) {
        const button = element("button", "", title);
        button.type = "button";
        button.addEventListener("click", () => { send(payload ?? title); focusText(); });
        row.append(button);
      }
      wanted.node.append(row);
    }
    for (const button of row.children) button.disabled = outbox.some((message) => message.status === "queued");
  }

  function paintOutbox() {
    const stay = atBottom();
    const shown = outbox.filter((message) => !message.echoed);
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
    if (message.status === "failed") note.append(action("retry", sendAll));
    if (message.status === "refused") note.append(action("edit", () => {
      outbox = outbox.filter((own) => own !== message);
      store.drop(outKey(message));
      $("text").value = [message.text, $("text").value].filter(Boolean).join("\n");
      paintOutbox(); typed(); focusText(true);
    }));
    return note;
  }
  function action(word, then) {
    const button = element("button", "", say(word));
    button.type = "button";
    button.addEventListener("click", then);
    return button;
  }

  function paintTyping() {
    const hidden = who === "claimed" || !waiting() || outbox.some((message) => ["held", "failed"].includes(message.status));
    if ($("typing").hidden === hidden) return;
    const stay = atBottom();
    $("typing").hidden = hidden;
    if (stay) toBottom();
  }

  function paintState() {
    const offline = misses >= 2 || !navigator.onLine;
    const state = offline ? "offline" : session ? who : "starting";
    const [person] = thread.filter((item) => item.from === "agent" && item.name).slice(-1);
    const text = state === "claimed" && person ? say("state_claimed_by", { name: person.name }) : say(`state_${state}`);
    $("state").dataset.state = state;
    if ($("state").lastElementChild.textContent !== text) $("state").lastElementChild.textContent = text;
    paintTyping();
  }

  function paintWords() {
    root.lang = lang === "zh" ? "zh-CN" : "en";
    const shop = inWords(session?.shop, "");
    $("shop").textContent = shop || say("title");
    document.title = (unread && document.hidden ? `(${unread}) ` : "") + (shop || say("title"));
    for (const node of document.querySelectorAll("[data-word]")) node.textContent = say(node.dataset.word);
    for (const node of document.querySelectorAll("[data-hint]")) node.placeholder = say(node.dataset.hint);
    for (const node of document.querySelectorAll("[data-label]")) {
      node.setAttribute("aria-label", say(node.dataset.label));
      if (node.matches("button")) node.title = say(node.dataset.label);
    }
  }

  const scroll = $("scroll");
  const atBottom = () => scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < 90;
  function toBottom() { scroll.scrollTop = scroll.scrollHeight; $("below").hidden = true; }
  scroll.addEventListener("scroll", () => { if (atBottom()) $("below").hidden = true; }, { passive: true });
  $("below").addEventListener("click", toBottom);

  // ---- writing
  const text = $("text");
  function focusText(always) { if (always || matchMedia("(pointer: fine)").matches) text.focus(); }
  function hint(words, bad) {
    $("hint").textContent = words;
    $("hint").className = bad ? "hint bad" : "hint";
    $("hint").hidden = !words;
  }

  function typed() {
    text.style.height = "auto";
    text.style.height = `${Math.min(text.scrollHeight, 132)}px`;
    const over = [...text.value.trim()].length - LIMIT;
    $("send").disabled = over > 0 || !(text.value.trim() || picked.length);
    if (over > 0) hint(say("over", { count: over }), true);
    else hint(over >= SHOW_LIMIT_FROM - LIMIT ? say("left", { count: -over }) : "", false);
  }

  $("composer").addEventListener("submit", (event) => {
    event.preventDefault();
    if ($("send").disabled) return;
    send(text.value, picked);
    text.value = ""; picked = [];
    paintTray(); typed(); focusText();
  });
  text.addEventListener("input", typed);
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

  // ---- pictures
  $("pick").addEventListener("click", () => $("file").click());
  $("file").addEventListener("change", () => { pick([...$("file").files]); $("file").value = ""; });

  async function pick(files) {
    let trouble = "";
    for (const original of files) {
      const file = await shrink(original);
      if (!PICTURE_TYPES.includes(file.type)) trouble = "picture_kind";
      else if (file.size > PICTURE_BYTES) trouble = "picture_large";
      else if (picked.length >= PICTURES) trouble = "picture_many";
      else picked.push({ file, local: URL.createObjectURL(file) });
    }
    paintTray(); typed();
    if (trouble) hint(say(trouble), true);
  }

  /** A phone's photo is made smaller before it is sent: quicker at night on mobile data, and without its place. */
  async function shrink(file) {
    if (!file.type.startsWith("image/") || file.type === "image/gif") return file;
    if (file.size < SHRINK_FROM && PICTURE_TYPES.includes(file.type)) return file;
    try {
      const bitmap = await createImageBitmap(file);
      const scale = Math.min(1, PICTURE_SIDE / Math.max(bitmap.width, bitmap.height));
      const canvas = element("canvas");
      canvas.width = Math.round(bitmap.width * scale); canvas.height = Math.round(bitmap.height * scale);
      canvas.getContext("2d").drawImage(bitmap, 0, 0, canvas.width, canvas.height);
      const small = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.86));
      return small && (small.size < file.size || !PICTURE_TYPES.includes(file.type)) ? small : file;
    } catch {
      return file;
    }
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

  // ---- language, colour
  $("language").addEventListener("click", async () => {
    lang = lang === "zh" ? "en" : "zh";
    store.set(`${KEY}.language`, lang);
    QUERY.set("lang", lang);
    history.replaceState(null, "", `?${QUERY}`);
    paint(); typed();
    const unused = session && !thread.some((item) => item.from === "buyer") && !outbox.length;
    if (unused) { try { await openSession(); } catch { /* the old greeting stays */ } }
    tellParent(true);
  });

  function colour(value) {
    if (!value || !CSS.supports("color", value)) return;
    const probe = element("canvas").getContext("2d");
    probe.fillStyle = value;
    probe.fillRect(0, 0, 1, 1);
    const [red, green, blue] = [...probe.getImageData(0, 0, 1, 1).data].map((part) => (part / 255) ** 2.2);
    const light = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    const dark = matchMedia("(prefers-color-scheme: dark)").matches;
    root.style.setProperty("--accent", value);
    root.style.setProperty("--on-accent", light > 0.36 ? "#1c1916" : "#fff");
    if (dark ? light < 0.25 : light > 0.2) root.style.setProperty("--accent-text", `color-mix(in srgb, ${value} 55%, ${dark ? "#fff" : "#000"})`);
    else root.style.setProperty("--accent-text", value);
  }

  // ---- inside the widget: told when it is opened, tells what is unread. Harmless either way, no buyer's words
  function tellParent(words) {
    if (!EMBED) { if (document.hidden || document.title.startsWith("(")) paintWords(); return; }
    const message = { nightdesk: 1, type: "unread", count: open ? 0 : unread };
    if (words) message.words = { open: say("open"), open_unread: say("open_unread"), close: say("close") };
    window.parent.postMessage(message, "*");
  }
  const closeWidget = () => window.parent.postMessage({ nightdesk: 1, type: "close" }, "*");
  window.addEventListener("message", (event) => {
    if (!EMBED || event.source !== window.parent || event.data?.nightdesk !== 1) return;
    open = event.data.type === "open";
    if (open) { start(); see(); toBottom(); focusText(); }
    tellParent();
    plan();
  });
  if (EMBED) {
    document.body.classList.add("embed");
    $("close").hidden = false;
    $("close").addEventListener("click", closeWidget);
    document.addEventListener("keydown", (event) => { if (event.key === "Escape" && !event.isComposing) closeWidget(); });
  }

  // ---- start
  let starting = false;
  async function start() {
    if (starting) return;
    starting = true;
    for (let wait = 1000; !session; wait = Math.min(wait * 2, 15_000)) {
      try { await openSession(); } catch (error) {
        misses += 1;
        paintState();
        if (error.words) hint(inWords(error.words, ""), true);
        await pause(wait);
      }
    }
    misses = 0;
    starting = false;
    await poll();
    if (outbox.length) deliver();
  }

  document.addEventListener("visibilitychange", () => { if (!document.hidden) { if (open) see(); poll(); paintWords(); } });
  window.addEventListener("online", () => { paintState(); poll(); if (outbox.length) sendAll(); });
  window.addEventListener("offline", paintState);
  window.addEventListener("beforeunload", (event) => {
    if (outbox.some((message) => message.pictures.some((picture) => !picture.id))) event.preventDefault();
  });
  if (window.visualViewport && !EMBED) { // an iOS keyboard covers the page instead of resizing it
    visualViewport.addEventListener("resize", () => {
      root.style.setProperty("--height", `${visualViewport.height}px`);
      window.scrollTo(0, 0);
      toBottom();
    });
  }
  setInterval(paintTyping, 1000);

  colour(QUERY.get("colour"));
  unsentFromLastTime();
  if (session) greet();
  paint();
  tellParent(true);
  if (session || open) start();
  focusText();
})();
