// What was written and not saved is not lost by going away without a word.
export function keepUnsaved() {
  for (const form of document.querySelectorAll("form[data-leaves]")) {
    let touched = false;
    form.addEventListener("input", () => { touched = true; });
    form.addEventListener("submit", () => { touched = false; });
    addEventListener("beforeunload", (event) => { if (touched) event.preventDefault(); });
  }
}
