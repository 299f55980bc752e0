// What is wrong with a field, as somebody types: asked of the server once they pause.
import { client, element, notice, say } from "../desk/page.js";

const PAUSE = 350;

export function checkWhileTyping() {
  for (const input of document.querySelectorAll("[data-check]")) {
    let timer = 0, asked = 0;
    const look = () => {
      clearTimeout(timer);
      timer = setTimeout(async () => {
        const number = ++asked;
        const found = await findings(input);
        if (found && number === asked) show(input, found);
      }, PAUSE);
    };
    input.addEventListener("input", look);
    if (input.value && input.matches("textarea, input:not([type=date])") && client.row && input.dataset.check) look();
  }
}

async function findings(input) {
  const fields = { csrf: client.csrf, file: input.dataset.file ?? client.file, text: input.value };
  fields.key = input.dataset.key ?? JSON.stringify(client.key ?? []);
  if (!input.dataset.key) fields.column = input.dataset.check;
  if (input.dataset.language) fields.language = input.dataset.language;
  try {
    const headers = { Accept: "application/json" };
    const response = await fetch(`${client.base}/workbench/check`, { method: "POST", headers, body: new URLSearchParams(fields) });
    if (!response.ok) return null;
    notice("offline", null);
    return (await response.json()).findings;
  } catch {
    notice("offline", say("offline"), "bad");
    return null;
  }
}

export function show(input, found) {
  const place = document.getElementById(`${input.id}-said`);
  if (!place) return;
  place.replaceChildren(...found.map((one) => {
    const line = element("p", `fault ${one.severity}-text`, one.reason);
    if (one.proposal) line.append(element("span", "soft", ` → ${one.proposal}`));
    return line;
  }));
  input.toggleAttribute("aria-invalid", false);
  if (found.some((one) => one.severity === "error")) input.setAttribute("aria-invalid", "true");
}
