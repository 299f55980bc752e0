// The agents' desk: starts what the page needs.
import { copyButtons } from "./copying.js";
import { handoffPage } from "./handoff.js";
import { keys, press } from "./keys.js";
import { client } from "./page.js";
import { queuePage } from "./queue.js";
import { tick } from "./waits.js";

const PAGES = {
  queue: queuePage,
  handoff: handoffPage,
  people: () => keys({ q: press("back") }),
  unsent: () => keys({ q: press("back") }),
};

tick();
setInterval(tick, 1000);
copyButtons(document);
PAGES[client.page]?.();
