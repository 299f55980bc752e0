// Nightdesk's widget: a launcher button and the chat page in a frame, from one script line on the shop's own page.
// data-language, -product, -colour, -position (right | left), -greeting, -user with -signed: all optional.
// Nightdesk.open(), .close(), .product("Y915"), .user("4711", "…"); “nightdesk:ready” on window once they are there.
"use strict";
(() => {
  if (window.Nightdesk) return;
  const script = document.currentScript ?? document.querySelector('script[src$="/widget.js"]');
  const WORDS = __WORDS__; // put in by the front: bot/front/site.py
  const BASE = new URL(".", script.src);
  const { language, colour, color, position, greeting } = script.dataset;
  const page = { product: script.dataset.product || null, user: user(script.dataset.user, script.dataset.signed) };
  const SMALL = matchMedia("(max-width: 479px), (max-height: 479px)"); // a phone, upright or on its side
  const USED = `nightdesk.${BASE.href.replace(/\/$/, "")}.widget`;
  const accent = plain(colour || color);
  let lang = language === "zh" || language === "en" ? language : /^en\b/i.test(document.documentElement.lang || navigator.language) ? "en" : "zh";

  const STYLE = `
    :host { all: initial; }
    * { box-sizing: border-box; }
    [hidden] { display: none !important; }
    .desk { position: fixed; z-index: 2147483000; bottom: calc(20px + env(safe-area-inset-bottom)); right: calc(20px + env(safe-area-inset-right));
      display: flex; flex-direction: column; align-items: flex-end; gap: 12px;
      font: 15px/1.5 system-ui, -apple-system, "PingFang SC", "HarmonyOS Sans SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif; }
    .desk.left { right: auto; left: calc(20px + env(safe-area-inset-left)); align-items: flex-start; }
    button { margin: 0; padding: 0; border: 0; font: inherit; cursor: pointer; touch-action: manipulation; -webkit-tap-highlight-color: transparent; }
    :focus-visible { outline: 3px solid #fff; outline-offset: 0; box-shadow: 0 0 0 6px #2a2622 !important; }
    .launcher { position: relative; display: grid; place-items: center; width: 58px; height: 58px; border-radius: 50%; background: var(--accent); color: var(--ink);
      box-shadow: 0 6px 20px rgb(0 0 0 / .22); transition: transform .15s; }
    .launcher:hover { transform: scale(1.05); }
    .launcher svg { width: 28px; height: 28px; }
    .count { position: absolute; top: -4px; right: -4px; min-width: 22px; padding: 0 6px; border: 2px solid #fff; border-radius: 99px; background: #c5221f; color: #fff; font-size: 12px; line-height: 18px; font-weight: 600; text-align: center; }
    .frame { width: 392px; max-width: calc(100vw - 40px); height: min(660px, calc(100vh - 130px)); height: min(660px, calc(100dvh - 130px)); border-radius: 20px; overflow: hidden; background: #f8f5ef;
      box-shadow: 0 14px 50px rgb(0 0 0 / .24); animation: rise .2s ease-out; }
    iframe { display: block; width: 100%; height: 100%; border: 0; }
    .teaser { display: flex; align-items: flex-start; max-width: min(280px, calc(100vw - 40px)); border-radius: 18px; background: #fff; color: #2a2622;
      box-shadow: 0 6px 24px rgb(0 0 0 / .16); animation: rise .25s ease-out; }
    .teaser button { border-radius: 18px; background: none; color: inherit; }
    .teaser .words { padding: 11px 0 11px 16px; text-align: start; overflow-wrap: anywhere; }
    .teaser .dismiss { flex: none; width: 44px; height: 44px; color: #6d655c; font-size: 20px; }
    .unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
    @keyframes rise { from { opacity: 0; transform: translateY(10px); } }
    @media (max-width: 479px), (max-height: 479px) {
      .frame { position: fixed; inset: var(--top, 0) 0 auto; width: 100%; max-width: none; height: 100vh; height: var(--height, 100dvh); border-radius: 0; }
      .open .launcher, .open .teaser { display: none; }
    }
    @media (prefers-color-scheme: dark) { .frame { background: #171614; } .teaser { background: #25231f; color: #f0eae1; } .teaser .dismiss { color: #aaa196; } }
    @media (prefers-reduced-motion: reduce) { * { animation: none !important; transition: none !important; } }
    @media (forced-colors: active) { .launcher, .frame, .teaser { border: 1px solid; } }
    @media print { .desk { display: none; } }`;
  const BUBBLE = "M5 18.5V7.5a3 3 0 0 1 3-3h8a3 3 0 0 1 3 3v5a3 3 0 0 1-3 3H9zM9 8.7h6M9 11.6h3.6", DOWN = "M6 9.5l6 6 6-6";

  function user(id, signed) { return id && signed ? { id: String(id), signed: String(signed) } : null; }

  /** A colour as #rrggbb; ours where it is none, or lets something shine through. */
  function plain(value) {
    const own = "#1d7257", ink = document.createElement("canvas").getContext("2d");
    ink.fillStyle = own;
    ink.fillStyle = value || own;
    return /^#/.test(ink.fillStyle) ? ink.fillStyle : own;
  }
  /** White or black, whichever can be read on it (WCAG 2.2, contrast 4.5). */
  function inkOn(value) {
    const parts = [1, 3, 5].map((at) => parseInt(value.slice(at, at + 2), 16) / 255).map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
    return 1.05 / (0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2] + 0.05) >= 4.5 ? "#fff" : "#000";
  }
  const remember = (storage, value) => { try { return value ? storage().setItem(USED, value) : storage().getItem(USED); } catch { return null; } };

  function make(tag, className, parent) {
    const node = document.createElement(tag);
    node.className = className;
    if (tag === "button") node.type = "button";
    parent.append(node);
    return node;
  }
  function icon(path, parent) {
    const space = "http://www.w3.org/2000/svg", svg = document.createElementNS(space, "svg"), line = document.createElementNS(space, "path");
    const looks = { viewBox: "0 0 24 24", fill: "none", stroke: "currentColor", "stroke-width": 1.9, "stroke-linecap": "round", "stroke-linejoin": "round", "aria-hidden": "true" };
    for (const [name, value] of Object.entries(looks)) svg.setAttribute(name, value);
    line.setAttribute("d", path);
    svg.append(line);
    parent.append(svg);
    return line;
  }

  function start() {
    const host = make("section", "", document.body), shadow = host.attachShadow({ mode: "open" });
    host.id = "nightdesk";
    try {
      const sheet = new CSSStyleSheet(); // no inline style: a strict content security policy lets it be
      sheet.replaceSync(STYLE);
      shadow.adoptedStyleSheets = [sheet];
    } catch { // Safari before 16.4
      make("style", "", shadow).textContent = STYLE;
    }
    const desk = make("div", position === "left" ? "desk left" : "desk", shadow);
    const panel = make("div", "frame", desk), teaser = make("div", "teaser", desk), launcher = make("button", "launcher", desk), news = make("p", "unseen", desk);
    desk.style.setProperty("--accent", accent);
    desk.style.setProperty("--ink", inkOn(accent));
    const drawing = icon(BUBBLE, launcher), count = make("span", "count", launcher);
    Object.assign(panel, { hidden: true, id: "panel" });
    panel.setAttribute("role", "dialog");
    news.setAttribute("role", "status");
    count.setAttribute("aria-hidden", "true");
    launcher.setAttribute("aria-haspopup", "dialog");
    launcher.setAttribute("aria-controls", "panel");
    count.hidden = teaser.hidden = true;
    const words = make("button", "words", teaser), dismiss = make("button", "dismiss", teaser);
    words.textContent = greeting || "";
    dismiss.textContent = "×";

    let frame = null, ready = false, opened = false, unread = 0, from = null, whole = false, covered = [], scrolled = "";
    function label() {
      const say = WORDS[lang], now = opened ? say.close : unread ? say.open_unread.replace("{count}", unread) : say.open;
      for (const node of [host, desk]) node.lang = lang === "zh" ? "zh-CN" : "en";
      host.setAttribute("aria-label", say.open);
      panel.setAttribute("aria-label", say.open);
      launcher.setAttribute("aria-label", now);
      launcher.setAttribute("aria-expanded", String(opened));
      launcher.title = now;
      dismiss.setAttribute("aria-label", say.dismiss);
      if (frame) frame.title = say.open;
      count.hidden = opened || !unread;
      count.textContent = unread > 99 ? "99+" : unread;
      news.textContent = count.hidden ? "" : say.news;
    }
    function load() {
      if (frame) return;
      const address = new URL("chat", BASE);
      for (const [name, value] of Object.entries({ embed: 1, lang, colour: accent })) address.searchParams.set(name, value);
      frame = make("iframe", "", panel);
      frame.referrerPolicy = "origin";
      frame.src = address;
      label();
    }
    const tell = () => ready && frame.contentWindow.postMessage({ nightdesk: 1, type: "page", open: opened, ...page }, BASE.origin);
    function show(wanted) {
      if (opened === wanted) return;
      if (wanted) from = document.activeElement;
      opened = wanted;
      load();
      panel.hidden = !opened;
      desk.classList.toggle("open", opened);
      drawing.setAttribute("d", opened ? DOWN : BUBBLE);
      if (opened) { hush(); unread = 0; remember(() => localStorage, "used"); }
      cover();
      label();
      tell();
      if (opened) frame.focus();
      else (from?.isConnected && from !== document.body && from !== host ? from : launcher).focus({ preventScroll: true });
    }
    function hush() { teaser.hidden = true; remember(() => sessionStorage, "hushed"); }
    function cover() { // on a phone the chat covers the page: nothing behind it scrolls or takes the focus
      fit();
      if (whole === (opened && SMALL.matches)) return;
      const root = document.documentElement;
      whole = !whole;
      panel.removeAttribute("aria-modal");
      if (whole) {
        panel.setAttribute("aria-modal", "true");
        covered = [...document.body.children].filter((node) => node !== host && !node.inert);
        scrolled = root.style.overflow;
        root.style.overflow = "hidden";
      } else root.style.overflow = scrolled;
      for (const node of covered) node.inert = whole;
    }
    function fit() { // stays above an on-screen keyboard that covers the page instead of resizing it
      const view = window.visualViewport;
      if (!view || !opened || !SMALL.matches) return;
      desk.style.setProperty("--height", `${view.height}px`);
      desk.style.setProperty("--top", `${view.offsetTop}px`);
    }

    launcher.addEventListener("click", () => show(!opened));
    words.addEventListener("click", () => show(true));
    dismiss.addEventListener("click", () => { hush(); launcher.focus(); });
    desk.addEventListener("keydown", (event) => { if (event.key === "Escape" && opened) show(false); });
    SMALL.addEventListener("change", cover);
    for (const moved of ["resize", "scroll"]) window.visualViewport?.addEventListener(moved, fit);
    window.addEventListener("message", ({ origin, source, data }) => {
      if (origin !== BASE.origin || source !== frame?.contentWindow || data?.nightdesk !== 1) return;
      if (data.type === "ready") { ready = true; tell(); }
      if (data.type === "close") show(false);
      if (data.type !== "unread") return;
      unread = opened ? 0 : Number(data.count) || 0;
      if (data.language in WORDS) lang = data.language;
      label();
    });

    label();
    if (remember(() => localStorage)) (window.requestIdleCallback || setTimeout)(load); // somebody who has written before: look for answers
    if (greeting && !remember(() => sessionStorage)) setTimeout(() => { teaser.hidden = opened; }, 2500);
    window.Nightdesk = {
      open: () => show(true),
      close: () => show(false),
      product: (id) => { page.product = id ? String(id) : null; tell(); },
      user: (id, signed) => { page.user = user(id, signed); tell(); },
    };
    window.dispatchEvent(new Event("nightdesk:ready"));
  }

  if (document.body) start(); else document.addEventListener("DOMContentLoaded", start);
})();
