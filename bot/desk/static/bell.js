// A soft sound and a mark in the title when something is new: off until the agent turns it on, and remembered.
import { $, store } from "./page.js";

const TITLE = document.title.replace(/^(?:● )?(?:\(\d+\) )?/, "");
let waiting = 0, fresh = false, sound = null;
export const bellOn = () => store.get("bell") === true;

function paint() { document.title = `${fresh ? "● " : ""}${waiting ? `(${waiting}) ` : ""}${TITLE}`; }

export function countWaiting(count) { waiting = count; paint(); }

export function ring() {
  if (!bellOn()) return;
  fresh = document.hidden;
  paint();
  chime();
}

function chime() {
  try {
    sound ??= new AudioContext();
    sound.resume();
    [[660, 0], [880, 0.14]].forEach(([pitch, delay]) => {
      const tone = sound.createOscillator(), volume = sound.createGain(), at = sound.currentTime + delay;
      tone.frequency.value = pitch;
      volume.gain.setValueAtTime(0, at);
      volume.gain.linearRampToValueAtTime(0.16, at + 0.02);
      volume.gain.exponentialRampToValueAtTime(0.001, at + 0.3);
      tone.connect(volume).connect(sound.destination);
      tone.start(at);
      tone.stop(at + 0.32);
    });
  } catch { /* no sound on this machine: the mark remains */ }
}

export function bellSwitch() {
  const box = $("bell");
  $("bell-label").hidden = false;
  box.checked = bellOn();
  box.addEventListener("change", () => { store.set("bell", box.checked); if (box.checked) chime(); });
}

// a browser lets a page sound only after somebody touched it
for (const touch of ["pointerdown", "keydown"]) {
  document.addEventListener(touch, () => { if (bellOn()) { sound ??= new AudioContext(); sound.resume(); } }, { once: true });
}
document.addEventListener("visibilitychange", () => { if (!document.hidden) { fresh = false; paint(); } });
