// Waits that count. The server says since when, and what time it is there; the page counts on from that.
import { client, say } from "./page.js";

const SLOW = 15, LATE = 60; // seconds; coloured only while people are there
let ahead = client.now - Date.now();

export function serverTime(now) { ahead = now - Date.now(); }

function inWords(seconds) {
  if (seconds < 2) return say("just_now");
  if (seconds < 60) return say("seconds", { count: seconds });
  const minutes = Math.floor(seconds / 60), hours = Math.floor(minutes / 60);
  if (minutes < 60) return say("minutes", { count: minutes });
  if (hours < 24) return say("hours", { count: hours, rest: minutes % 60 });
  return say("days", { count: Math.floor(hours / 24), rest: hours % 24 });
}

export function tick() {
  for (const wait of document.querySelectorAll("[data-since]")) {
    const seconds = Math.max(0, Math.floor((Date.now() + ahead - Number(wait.dataset.since)) / 1000));
    const text = inWords(seconds), coloured = wait.dataset.colour === "1";
    if (wait.textContent !== text) wait.textContent = text;
    wait.classList.toggle("slow", coloured && seconds >= SLOW && seconds < LATE);
    wait.classList.toggle("late", coloured && seconds >= LATE);
  }
}
