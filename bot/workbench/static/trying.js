// The chat against the draft. The page keeps the dialogue; a new one begins with a press of a button.
import { $, client, element, notice, say } from "../desk/page.js";

let dialogue = {}, language = client.lang;
const box = $("text"), button = $("say").querySelector("button");

function able(can) { box.disabled = button.disabled = !can; }

async function prepare() {
  const response = await fetch(`${client.base}/workbench/try/ready`, { headers: { Accept: "application/json" } }).catch(() => null);
  if (response?.status === 401) { location.reload(); return; }
  const state = response?.ok ? await response.json() : { ready: false };
  if (state.ready || state.never) {
    $("state").textContent = state.said;
    $("state").classList.toggle("warn", !state.ready);
    able(state.ready);
    if (state.ready) box.focus();
  } else setTimeout(prepare, 1500);
}

function line(who, text) {
  const item = element("li", `from-${who}`);
  item.append(element("p", "answer", text));
  $("talk").append(item);
  item.scrollIntoView({ block: "nearest" });
  return item;
}

$("say").addEventListener("submit", async (event) => {
  event.preventDefault();
  const text = box.value.trim();
  if (!text || box.disabled) return;
  able(false);
  line("buyer", text);
  try {
    const fields = { csrf: client.csrf, text, dialogue: JSON.stringify(dialogue), language };
    const response = await fetch(`${client.base}/workbench/try/messages`, { method: "POST", headers: { Accept: "application/json" }, body: new URLSearchParams(fields) });
    const told = await response.json();
    if (!response.ok) throw new Error(told.error?.message?.[client.lang] ?? told.error?.message);
    box.value = "";
    ({ dialogue, language } = told);
    for (const one of told.texts) line("bot", one.text);
    const beside = element("li", "beside");
    beside.innerHTML = told.html; // made and escaped by the server
    $("talk").append(beside);
    beside.scrollIntoView({ block: "nearest" });
    notice("refused", null);
  } catch (error) {
    notice("refused", error.message || say("offline"), "bad");
    prepare();
  } finally {
    able(true);
    box.focus();
  }
});
$("again").hidden = false;
$("again").addEventListener("click", () => { dialogue = {}; $("talk").replaceChildren(); box.focus(); });
prepare();
