// An example's words, tapped to say what they are: the line gets the marks, `[L18](product)能打豆浆吗`.
import { $ } from "../desk/page.js";

const MARK = /\[([^\]]+)\]\(([^:)]+)\)/g;
const kind = $("kind"), label = $("label");
const segmenter = globalThis.Intl?.Segmenter ? new Intl.Segmenter("zh", { granularity: "word" }) : null;

/** The line's characters, each with its mark or nothing. */
function read(line) {
  const found = [];
  let last = 0;
  for (const mark of line.matchAll(MARK)) {
    for (const one of line.slice(last, mark.index)) found.push({ text: one, mark: "", run: 0 });
    for (const one of mark[1]) found.push({ text: one, mark: mark[2], run: mark.index + 1 });
    last = mark.index + mark[0].length;
  }
  for (const one of line.slice(last)) found.push({ text: one, mark: "", run: 0 });
  return found;
}

function written(words) {
  let line = "";
  for (let i = 0; i < words.length; i += 1) {
    const { mark, run } = words[i];
    let text = words[i].text;
    while (mark && words[i + 1]?.mark === mark && words[i + 1].run === run) { i += 1; text += words[i].text; }
    line += mark ? `[${text}](${mark})` : text;
  }
  return line;
}

/** Words of the line; a marked one is one word. */
function words(line) {
  const letters = read(line), found = [];
  const plain = letters.map((one) => one.text).join("");
  const ends = new Set();
  for (const one of segmenter ? segmenter.segment(plain) : [...plain].map((text, index) => ({ segment: text, index }))) ends.add(one.index + one.segment.length);
  let place = 0;
  for (const one of letters) {
    const last = found.at(-1);
    place += one.text.length;
    if (last && !last.ends && last.mark === one.mark && last.run === one.run) last.text += one.text;
    else if (last && last.mark && last.mark === one.mark && last.run === one.run) last.text += one.text;
    else found.push({ ...one });
    found.at(-1).ends = ends.has(place);
  }
  return found;
}

/** Next to words of the same kind, with at most a blank between, a word becomes one with them. */
function join(all, index) {
  const { mark, run } = all[index];
  for (const step of [-1, 1]) {
    const blank = all[index + step]?.text.trim() === "" ? step : 0, other = all[index + step + blank];
    if (other?.mark !== mark) continue;
    const before = other.run;
    for (const one of all) if (one.run === before && one.mark) one.run = run;
    if (blank) Object.assign(all[index + step], { mark, run });
  }
}

function draw(place, input) {
  const all = words(input.value);
  place.replaceChildren(...all.filter((one) => one.text.trim()).map((one) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "token";
    button.textContent = one.text;
    button.setAttribute("aria-pressed", String(Boolean(one.mark)));
    if (one.mark) {
      const name = document.createElement("small");
      name.textContent = [...kind.options].find((option) => option.value === one.mark)?.text ?? one.mark;
      button.append(name);
    }
    button.addEventListener("click", () => {
      const index = all.indexOf(one);
      const mark = one.mark ? "" : kind.value;
      all[index] = { ...one, mark, run: Date.now() };
      if (mark) join(all, index);
      const number = [...place.children].indexOf(button);
      input.value = written(all);
      input.dispatchEvent(new Event("input", { bubbles: true }));
      place.children[Math.min(number, place.children.length - 1)]?.focus();
    });
    return button;
  }));
}

for (const place of document.querySelectorAll("[data-words]")) {
  const input = $(place.dataset.words);
  const tick = input.closest("fieldset").querySelector("[type=checkbox]");
  draw(place, input);
  input.addEventListener("input", () => draw(place, input));
  input.addEventListener("input", () => { tick.checked = true; });
}
label.addEventListener("change", () => {
  if ($("others")) $("others").hidden = true; // they are of the label that was chosen before
  for (const input of document.querySelectorAll("[data-check]")) {
    input.dataset.key = JSON.stringify([label.value]);
    input.dataset.file = `data/nlu/${label.value}.yml`;
  }
});
$("kinds").hidden = false;
