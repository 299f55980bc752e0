// The rows that are on the page, filtered as somebody types; Enter searches the whole table.
import { $, say } from "../desk/page.js";

export function filterRows() {
  const search = $("search"), rows = [...document.querySelectorAll("[data-filtered] > *, .facts-table tbody tr")];
  if (!search || !rows.length) return;
  const texts = rows.map((row) => `${row.textContent} ${row.querySelector("a")?.getAttribute("aria-label") ?? ""}`.toLowerCase());
  search.addEventListener("input", () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    rows.forEach((row, number) => { row.hidden = !words.every((word) => texts[number].includes(word)); });
    if ($("count")) $("count").textContent = say("found", { count: rows.filter((row) => !row.hidden).length });
  });
}
