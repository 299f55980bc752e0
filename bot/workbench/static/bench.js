// The workbench: starts what the page needs. Every page works without it; with it, it is quicker.
import { keys } from "../desk/keys.js";
import { $, client } from "../desk/page.js";
import { checkWhileTyping } from "./checking.js";
import { filterRows } from "./filtering.js";
import { keepUnsaved } from "./leaving.js";
import { follow } from "./following.js";
import { groupKeys } from "./inbox.js";

const places = [...document.querySelectorAll(".places a:not(.away)")];
keys({
  "/": () => $("search")?.focus(),
  ...(client.at === "inbox" ? groupKeys : {}),
  ...Object.fromEntries(places.map((link, number) => [`${number + 1}`, () => link.click()])),
});
document.addEventListener("keydown", (event) => {
  if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "s" || !$("save")) return;
  event.preventDefault();
  $("save").click();
});

checkWhileTyping();
keepUnsaved();
filterRows();
follow();
const own = { example: "./example.js", fact: "./fact.js", reply: "./preview.js", try: "./trying.js" }[client.at];
if (own) import(own);
