// Acts: a form is posted without leaving the page, once, and what is refused is said.
import { client, ended, notice, passing, say } from "./page.js";

export class Refused extends Error {
  constructor(status, error) { super(error?.code ?? `status ${status}`); this.code = error?.code; this.words = error?.message?.[client.lang]; this.status = status; }
}
export class Ended extends Error {}
export class Unreachable extends Error {}

/** Raises Refused (with `words`), Ended where the session has, Unreachable where no answer came. */
export async function post(path, body, headers = {}) {
  let response;
  try {
    response = await fetch(path, { method: "POST", body, headers: { Accept: "application/json", "X-CSRF": client.csrf, ...headers }, credentials: "same-origin" });
  } catch (error) {
    throw new Unreachable(error.message);
  }
  const answer = await response.json().catch(() => null);
  if (response.status === 401) { ended(); throw new Ended("session"); }
  if (response.status >= 500 || (response.ok && !answer)) throw new Unreachable(`status ${response.status}`);
  if (!response.ok) throw new Refused(response.status, answer?.error);
  return answer;
}

/** Every form with data-act. `extra`: fields that the page adds; `done`: called after an act. */
export function actOnForms(extra = () => ({}), done = () => {}) {
  document.addEventListener("submit", async (event) => {
    const form = event.target.closest("form[data-act]");
    if (!form) return;
    event.preventDefault();
    if (form.dataset.busy) return;
    form.dataset.busy = "1";
    const button = form.querySelector("button:not([type=button])");
    button.disabled = true;
    notice("refused", null);
    try {
      await post(form.action, new URLSearchParams([...new FormData(form), ...Object.entries(extra())]));
      form.closest("details")?.removeAttribute("open");
      if (form.dataset.go) { location.assign(form.dataset.go); return; }
      done(form);
    } catch (error) {
      if (error instanceof Refused) notice("refused", error.words ?? say("not_sent"), "bad");
      else if (error instanceof Unreachable) passing("refused", say("not_sent"), "bad");
      else if (!(error instanceof Ended)) throw error;
    } finally {
      delete form.dataset.busy;
      button.disabled = false;
    }
  });
}
