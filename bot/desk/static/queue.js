// The queue page: the list as it changes, without losing the focus; keys; the bell.
import { actOnForms } from "./acting.js";
import { bellOn, bellSwitch, countWaiting, ring } from "./bell.js";
import { keys } from "./keys.js";
import { $, client } from "./page.js";
import { follow } from "./stream.js";
import { serverTime, tick } from "./waits.js";

let known = new Set(client.keys);

function take({ html, now, keys: calls }) {
  serverTime(now);
  const focused = $("queue").contains(document.activeElement) ? document.activeElement.id : "";
  $("queue").innerHTML = html;
  tick();
  if (focused) ($(focused) ?? document.querySelector(".row > a"))?.focus({ preventScroll: true });
  if (calls.some((call) => !known.has(call))) ring();
  known = new Set(calls);
  countWaiting(known.size);
}

const rows = () => [...document.querySelectorAll(".row > a")];
function move(step) {
  const all = rows(), at = all.findIndex((row) => row.parentElement.contains(document.activeElement));
  all[Math.max(0, Math.min(all.length - 1, at < 0 ? 0 : at + step))]?.focus();
}
function claim() {
  const row = document.activeElement?.closest(".row") ?? document.querySelector('.row[data-state="waiting"]');
  row?.querySelector("form[data-go] button")?.click();
}

export function queuePage() {
  actOnForms();
  bellSwitch();
  countWaiting(known.size);
  keys({ j: () => move(1), k: () => move(-1), arrowdown: () => move(1), arrowup: () => move(-1), c: claim, "/": () => $("search").focus() });
  if (client.live) follow(`${client.base}/desk/queue/events${location.search}`, "", { queue: take }, bellOn);
}
