// Nightdesk's widget: a launcher button and the chat page in a frame, from one script line on the shop's own page.
// data-language, data-product, data-colour, data-position (right | left), data-greeting: all optional.
"use strict";
(() => {
  if (window.Nightdesk) return;
  const script = document.currentScript;
  const BASE = new URL(".", script.src);
  const { language, product, colour, position, greeting } = script.dataset;
  const lang = language || (/^en\b/i.test(document.documentElement.lang || navigator.language) ? "en" : "zh");
  const SMALL = matchMedia("(max-width: 479px)");
  const USED = `nightdesk.${BASE.href.replace(/\/$/, "")}.widget`;
  const accent = colour && CSS.supports("color", colour) ? colour : "#1d7257";

  const STYLE = `
    :host { all: initial; }
    * { box-sizing: border-box; }
    [hidden] { display: none !important; }
    .desk { position: fixed; z-index: 2147483000; bottom: calc(20px + env(safe-area-inset-bottom)); ${position === "left" ? "left" : "right"}: 20px;
      display: flex; flex-direction: column; align-items: ${position === "left" ? "flex-start" : "flex-end"}; gap: 12px;
      font: 15px/1.5 system-ui, -apple-system, "PingFang SC", "HarmonyOS Sans SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif; }
    button { margin: 0; padding: 0; border: 0; font: inherit; cursor: pointer; touch-action: manipulation; -webkit-tap-highlight-color: transparent; }
    :focus-visible { outline: 3px solid var(--accent); outline-offset: 3px; }
    .launcher { position: relative; display: grid; place-items: center; width: 58px; height: 58px; border-radius: 50%; background: var(--accent); color: var(--ink);
      box-shadow: 0 6px 20px rgb(0 0 0 / .22); transition: transform .15s; }
    .launcher:hover { transform: scale(1.05); }
    .launcher svg { width: 28px; height: 28px; }
    .dot { position: absolute; top: 1px; right: 1px; width: 16px; height: 16px; border: 3px solid #fff; border-radius: 50%; background: #d93025; }
    .frame { width: 392px; height: min(660px, calc(100vh - 130px)); height: min(660px, calc(100dvh - 130px)); border-radius: 20px; overflow: hidden; background: #f8f5ef;
      box-shadow: 0 14px 50px rgb(0 0 0 / .24); animation: rise .2s ease-out; }
    iframe { display: block; width: 100%; height: 100%; border: 0; }
    .teaser { display: flex; align-items: flex-start; max-width: min(280px, calc(100vw - 40px)); border-radius: 18px; background: #fff; color: #2a2622;
      box-shadow: 0 6px 24px rgb(0 0 0 / .16); animation: rise .25s ease-out; }
    .teaser button { background: none; color: inherit; }
    .teaser .words { padding: 11px 0 11px 16px; text-align: start; overflow-wrap: anywhere; }
    .teaser .dismiss { flex: none; width: 40px; height: 44px; color: #6d655c; font-size: 20px; }
    @keyframes rise { from { opacity: 0; transform: translateY(10px); } }
    @media (max-width: 479px) {
      .frame { position: fixed; inset: 0 0 auto; width: 100%; height: 100vh; height: var(--height, 100dvh); border-radius: 0; }
      .open .launcher, .open .teaser { display: none; }
      .desk { bottom: calc(16px + env(safe-area-inset-bottom)); ${position === "left" ? "left" : "right"}: 16px; }
    }
    @media (prefers-color-scheme: dark) { .frame { background: #171614; } .teaser { background: #25231f; color: #f0eae1; } .teaser .dismiss { color: #aaa196; } }
    @media (prefers-reduced-motion: reduce) { * { animation: none !important; transition: none !important; } }
    @media print { .desk { display: none; } }`;

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
  const BUBBLE = "M5 18.5V7.5a3 3 0 0 1 3-3h8a3 3 0 0 1 3 3v5a3 3 0 0 1-3 3H9zM9 8.7h6M9 11.6h3.6", DOWN = "M6 9.5l6 6 6-6";

  // The ink that can be read on the shop's colour.
  function inkOn(value) {
    const probe = document.createElement("canvas").getContext("2d");
    probe.fillStyle = value;
    probe.fillRect(0, 0, 1, 1);
    const [red, green, blue] = [...probe.getImageData(0, 0, 1, 1).data].map((part) => (part / 255) ** 2.2);
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.36 ? "#1c1916" : "#fff";
  }
  const remember = (storage, value) => { try { return value ? storage().setItem(USED, value) : storage().getItem(USED); } catch { return null; } };

  function start() {
    const host = make("div", "", document.body), shadow = host.attachShadow({ mode: "open" });
    host.id = "nightdesk";
    try {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(STYLE);
      shadow.adoptedStyleSheets = [sheet];
    } catch { // before Safari 16.4
      make("style", "", shadow).textContent = STYLE;
    }
    const desk = make("div", "desk", shadow), panel = make("div", "frame", desk), teaser = make("div", "teaser", desk), launcher = make("button", "launcher", desk);
    desk.style.setProperty("--accent", accent);
    desk.style.setProperty("--ink", inkOn(accent));
    const drawing = icon(BUBBLE, launcher), dot = make("span", "dot", launcher);
    Object.assign(panel, { hidden: true, id: "panel" });
    panel.setAttribute("role", "dialog");
    dot.hidden = teaser.hidden = true;
    launcher.setAttribute("aria-expanded", "false");
    launcher.setAttribute("aria-controls", "panel");
    const words = make("button", "words", teaser), dismiss = make("button", "dismiss", teaser);
    words.textContent = greeting || "";
    dismiss.textContent = "×";

    let frame = null, opened = false, unread = 0, say = {};
    function label() {
      const now = opened ? say.close : unread ? say.open_unread : say.open;
      if (!now) return;
      launcher.setAttribute("aria-label", now);
      launcher.title = now;
      panel.setAttribute("aria-label", say.open);
      dismiss.setAttribute("aria-label", say.dismiss || say.close);
      if (frame) frame.title = say.open;
    }
    function load() {
      if (frame) return;
      const address = new URL("chat", BASE), asked = { embed: 1, lang, product, colour: colour && accent };
      for (const [name, value] of Object.entries(asked)) if (value) address.searchParams.set(name, value);
      frame = make("iframe", "", panel);
      frame.addEventListener("load", tell);
      frame.src = address;
      label();
    }
    const tell = () => frame?.contentWindow?.postMessage({ nightdesk: 1, type: opened ? "open" : "close" }, BASE.origin);
    function show(wanted) {
      if (opened === wanted) return;
      opened = wanted;
      load();
      panel.hidden = !opened;
      desk.classList.toggle("open", opened);
      launcher.setAttribute("aria-expanded", String(opened));
      drawing.setAttribute("d", opened ? DOWN : BUBBLE);
      if (opened) { hush(); unread = 0; dot.hidden = true; remember(() => localStorage, "used"); fit(); frame.focus(); } else launcher.focus({ preventScroll: true });
      label();
      tell();
    }
    function hush() { teaser.hidden = true; remember(() => sessionStorage, "hushed"); }
    function fit() { // under 480 px: stay above an iOS keyboard
      if (SMALL.matches && window.visualViewport) desk.style.setProperty("--height", `${visualViewport.height}px`);
    }

    launcher.addEventListener("click", () => show(!opened));
    words.addEventListener("click", () => show(true));
    dismiss.addEventListener("click", () => { hush(); launcher.focus(); });
    document.addEventListener("keydown", (event) => { if (event.key === "Escape" && opened && !event.isComposing) show(false); });
    window.visualViewport?.addEventListener("resize", () => { if (opened) fit(); });
    window.addEventListener("message", (event) => {
      if (event.origin !== BASE.origin || event.source !== frame?.contentWindow || event.data?.nightdesk !== 1) return;
      if (event.data.type === "close") show(false);
      if (event.data.type !== "unread") return;
      unread = opened ? 0 : Number(event.data.count) || 0;
      dot.hidden = !unread;
      if (event.data.words) { say = { ...say, ...event.data.words }; tell(); }
      label();
    });

    fetch(new URL("static/front/words.json", BASE), { credentials: "omit" }).then((answer) => answer.json()).then((all) => {
      for (const key of ["open", "open_unread", "close", "dismiss"]) say[key] ??= (all[key][lang] || all[key].zh);
      label();
    }).catch(load); // the frame brings its words itself
    if (remember(() => localStorage)) (window.requestIdleCallback || setTimeout)(load); // somebody who has written before: look for answers
    if (greeting && !remember(() => sessionStorage)) setTimeout(() => { teaser.hidden = opened; }, 2500);
    window.Nightdesk = { open: () => show(true), close: () => show(false) };
  }

  if (document.body) start(); else document.addEventListener("DOMContentLoaded", start);
})();
