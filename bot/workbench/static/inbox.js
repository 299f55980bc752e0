// The inbox: dialogues are fetched when they are opened, and groups are gone through with the keyboard.
import { client, say } from "../desk/page.js";

for (const talk of document.querySelectorAll("details[data-talk]")) {
  talk.addEventListener("toggle", async () => {
    const place = talk.querySelector(".around");
    if (!talk.open || place.dataset.there) return;
    try {
      const response = await fetch(`${client.base}/workbench/inbox/talk?of=${talk.dataset.talk}`, { headers: { Accept: "application/json" } });
      if (response.status === 401) { location.reload(); return; }
      if (!response.ok) return; // the link to the dialogue's own page stays
      place.innerHTML = (await response.json()).html; // made and escaped by the server
      place.dataset.there = "1";
      place.querySelector(".this")?.scrollIntoView({ block: "nearest" });
    } catch { place.append(` ${say("offline_talk")}`); }
  });
}

const groups = () => [...document.querySelectorAll(".asked-group")];
const at = () => groups().indexOf(document.activeElement.closest(".asked-group"));

function to(step) {
  const all = groups(), next = all[Math.min(Math.max(at() + step, 0), all.length - 1)];
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
}
const act = (kind) => () => (groups()[at()] ?? groups()[0])?.querySelector(`.do-${kind}`)?.click();

export const groupKeys = { j: () => to(1), k: () => to(-1), f: act("fact"), q: act("faq"), e: act("example"), x: act("aside") };
