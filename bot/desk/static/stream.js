// The page's line to the server: server-sent events that come back by themselves and lose nothing.
import { client, ended, notice, say } from "./page.js";

const SILENCE = 40_000;   // the server says something every 15 s; after so long without a word the line is dead
const HIDDEN = 20_000;    // a browser allows six lines to one address, so pages that nobody sees give theirs up
const GLANCE = 15_000;    // and look now and then, for so long:
const LOOKS = 5000;
const TOLD_AFTER = 4000;

/**
 * `handlers`: by event name, each given its data. `after`: the id of what the page has already.
 * `always`: whether the page keeps its line while it is hidden.
 */
export function follow(path, after, handlers, always = () => false) {
  let source = null, last = after, opened = 0, heard = 0, hiddenAt = 0, wait = 1000, lost = 0, over = false, again = 0;

  function open() {
    clearTimeout(again);
    if (over || source) return;
    const address = new URL(path, location.href);
    address.searchParams.set("lang", client.lang);
    if (last) address.searchParams.set("after", last);
    source = new EventSource(address);
    opened = heard = Date.now();
    for (const [name, handler] of Object.entries(handlers)) {
      source.addEventListener(name, (event) => {
        alive();
        if (event.lastEventId) last = event.lastEventId;
        handler(JSON.parse(event.data));
      });
    }
    source.addEventListener("ping", alive);
    source.addEventListener("open", alive);
    source.addEventListener("ended", () => { over = true; close(); ended(); });
    source.addEventListener("error", () => {
      lost ||= Date.now();
      if (source?.readyState === EventSource.CLOSED) later(); // refused, as while the server restarts
    });
  }
  function close() { source?.close(); source = null; }
  function later() {
    close();
    again = setTimeout(open, wait);
    wait = Math.min(wait * 2, 15_000);
  }
  function alive() { heard = Date.now(); wait = 1000; lost = 0; notice("offline", null); }

  setInterval(() => {
    if (over) return;
    if (document.hidden && !always()) {
      hiddenAt ||= Date.now();
      if (source && Date.now() - Math.max(hiddenAt + HIDDEN, opened + LOOKS) > 0) close();
      if (!source && Date.now() - heard > GLANCE) open();
      return;
    }
    hiddenAt = 0;
    if (source && Date.now() - heard > SILENCE) { lost ||= Date.now(); later(); }
    if (lost && Date.now() - lost > TOLD_AFTER) notice("offline", say("offline"));
  }, 1000);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) { hiddenAt = 0; open(); } });
  window.addEventListener("online", () => { close(); open(); });
  window.addEventListener("pagehide", close);
  window.addEventListener("pageshow", (event) => { if (event.persisted) open(); });
  open();
}
