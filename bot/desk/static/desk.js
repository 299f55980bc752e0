// The agents' desk: local times, waits that count, lists that stay fresh without losing the focus, copying.
"use strict";
(() => {
  const page = document.body.dataset;
  const SLOW = 15, LATE = 60; // seconds; coloured only while people are there
  const TITLE = document.title;

  // ---- times
  const local = (at) => {
    const today = at.toDateString() === new Date().toDateString();
    const looks = { hour: "2-digit", minute: "2-digit", hourCycle: "h23", ...(today ? {} : { month: "short", day: "numeric" }) };
    return new Intl.DateTimeFormat(page.lang === "zh" ? "zh-CN" : "en-GB", looks).format(at);
  };
  function times(root) {
    for (const time of root.querySelectorAll("time[datetime]")) {
      const at = new Date(time.dateTime);
      if (Number.isNaN(at.getTime())) continue;
      time.textContent = local(at);
      time.title = at.toLocaleString(page.lang === "zh" ? "zh-CN" : "en-GB");
    }
  }

  // ---- waits: the server says how long; the page counts on from there
  function since(root) {
    for (const wait of root.querySelectorAll("[data-waited]")) wait.dataset.since = Date.now() - Number(wait.dataset.waited) * 1000;
  }
  function inWords(seconds) {
    if (seconds < 2) return page.justNow;
    if (seconds < 60) return page.seconds.replace("{count}", seconds);
    const minutes = Math.floor(seconds / 60), hours = Math.floor(minutes / 60);
    if (minutes < 60) return page.minutes.replace("{count}", minutes);
    if (hours < 24) return page.hours.replace("{count}", hours).replace("{rest}", minutes % 60);
    return page.days.replace("{count}", Math.floor(hours / 24)).replace("{rest}", hours % 24);
  }
  function tick() {
    for (const wait of document.querySelectorAll("[data-since]")) {
      const seconds = Math.max(0, Math.floor((Date.now() - Number(wait.dataset.since)) / 1000));
      const text = inWords(seconds), coloured = wait.dataset.colour === "1";
      if (wait.textContent !== text) wait.textContent = text;
      wait.classList.toggle("slow", coloured && seconds >= SLOW && seconds < LATE);
      wait.classList.toggle("late", coloured && seconds >= LATE);
    }
  }

  // ---- the queue's filter
  const list = document.getElementById("live");
  function count() {
    if (!list) return;
    const states = [...list.querySelectorAll(".row")].map((row) => row.dataset.state);
    const fits = (name) => states.filter((state) => (name === "open" ? state !== "closed" : state === name)).length;
    for (const place of document.querySelectorAll("[data-count]")) place.textContent = fits(place.dataset.count) || "";
    document.getElementById("empty").hidden = fits(list.dataset.filter) > 0;
    document.title = fits("waiting") ? `(${fits("waiting")}) ${TITLE}` : TITLE;
  }
  const remember = (value) => { try { return value ? sessionStorage.setItem("nightdesk.filter", value) : sessionStorage.getItem("nightdesk.filter"); } catch { return null; } };
  function filter(name) {
    const buttons = [...document.querySelectorAll("[data-filter-by]")];
    if (!buttons.some((button) => button.dataset.filterBy === name)) return;
    for (const button of buttons) button.setAttribute("aria-pressed", String(button.dataset.filterBy === name));
    list.dataset.filter = name;
    remember(name);
    count();
  }

  // ---- staying fresh. An element with data-live is replaced by its new self, found by its id, only when it changed
  const bare = (html) => html.replace(/ data-waited="\d+"/g, "");
  const last = new Map();

  function swap(element, fresh) {
    const html = bare(fresh.innerHTML).trim();
    if (last.get(element.id) === html) {
      const now = fresh.querySelectorAll("[data-waited]");
      element.querySelectorAll("[data-waited]").forEach((wait, i) => { wait.dataset.waited = now[i].dataset.waited; });
      since(element);
      return;
    }
    last.set(element.id, html);
    const active = document.activeElement, focused = element.contains(active) && (active.id ? `#${CSS.escape(active.id)}` : active.dataset.copy ? `[data-copy="${active.dataset.copy}"]` : null);
    const atEnd = element.scrollHeight - element.scrollTop - element.clientHeight < 60;
    element.className = fresh.className || element.className;
    element.replaceChildren(...fresh.childNodes);
    times(element); since(element); tick(); count();
    if (focused) element.querySelector(focused)?.focus({ preventScroll: true });
    if (atEnd) element.scrollTop = element.scrollHeight;
  }

  async function refresh(address) {
    const response = await fetch(address, { headers: { Accept: "text/html" }, cache: "no-store", credentials: "same-origin" });
    if (response.status === 401 || response.status === 403 || (response.redirected && /\/desk\/login$/.test(new URL(response.url).pathname))) {
      location.assign(`${page.base}/desk/login`);
      return;
    }
    if (!response.ok) throw new Error(`status ${response.status}`);
    const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
    for (const element of document.querySelectorAll("[data-live]")) {
      if (element.contains(document.getSelection()?.anchorNode) && !document.getSelection().isCollapsed) continue; // somebody is marking text
      const twin = fresh.getElementById(element.id) ?? (element === list && fresh.getElementById("queue") ? fresh.body : null);
      if (twin) swap(element, twin);
    }
  }

  async function keepFresh(address, every) {
    const offline = document.getElementById("offline");
    let misses = 0;
    for (;;) {
      await new Promise((done) => setTimeout(done, document.hidden ? every * 3 : every));
      try {
        await refresh(address);
        misses = 0;
      } catch {
        misses += 1;
      }
      offline.textContent = misses > 1 ? offline.dataset.text : "";
      offline.hidden = misses <= 1;
    }
  }

  // ---- copying
  async function copy(button) {
    const source = document.querySelector(button.dataset.copy);
    try {
      await navigator.clipboard.writeText(source.textContent);
    } catch { // plain http has no clipboard
      const range = document.createRange();
      range.selectNodeContents(source);
      const selection = document.getSelection();
      selection.removeAllRanges();
      selection.addRange(range);
      document.execCommand("copy");
      selection.removeAllRanges();
    }
    const before = button.textContent;
    if (before === button.dataset.copied) return;
    button.textContent = button.dataset.copied;
    setTimeout(() => { button.textContent = before; }, 1800);
  }

  document.addEventListener("click", (event) => {
    const target = event.target.closest("[data-filter-by], [data-copy]");
    if (target?.dataset.filterBy) filter(target.dataset.filterBy);
    else if (target) copy(target);
  });

  times(document); since(document); tick();
  setInterval(tick, 1000);
  for (const element of document.querySelectorAll("[data-live]")) last.set(element.id, null);
  if (list) { filter(remember() ?? "open"); keepFresh(list.dataset.live, Number(list.dataset.every)); }
  else if (document.querySelector("[data-live]")) keepFresh(location.href, 4000);
  const transcript = document.getElementById("transcript");
  if (transcript) transcript.scrollTop = transcript.scrollHeight;
})();
