// What the buyer would see, while it is written: the names in braces filled with real facts of the shop.
import { client } from "../desk/page.js";

for (const box of document.querySelectorAll("[data-bubble]")) {
  const bubble = document.getElementById(box.dataset.bubble), facts = client.facts[box.dataset.language];
  follow(box, () => {
    bubble.textContent = box.value.replace(/\{(\w+)\}/g, (whole, name) => facts[name] ?? whole);
  });
}
for (const box of document.querySelectorAll("[data-button]")) {
  const own = [...box.closest(".variant").querySelectorAll("[data-button]")].indexOf(box);
  const tap = document.getElementById(box.dataset.button).parentElement.querySelectorAll(".tap")[own];
  follow(box, () => { tap.textContent = box.value; });
}

// Whoever was quick has written before this script came.
function follow(box, show) {
  box.addEventListener("input", show);
  if (box.value !== box.defaultValue) show();
}
