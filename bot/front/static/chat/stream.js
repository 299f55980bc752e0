// Server-sent events over fetch, which can send the session in a header: it never stands in an address.
import { BASE } from "./server.js";

const SILENCE = 40_000; // the server says something every 15 s; after so long without a word the line is dead

/**
 * Listens until the line ends, whatever the reason. `on`: by event name, each given its data.
 * Throws where there was no line; gives how long it stood, in milliseconds.
 */
export async function listen(path, token, after, on, stop) {
  const response = await fetch(new URL(path, BASE), {
    headers: { Authorization: `Bearer ${token}`, Accept: "text/event-stream", "Last-Event-ID": String(after) },
    cache: "no-store", signal: stop.signal,
  });
  if (!response.ok) throw Object.assign(new Error(`status ${response.status}`), { status: response.status });
  const began = Date.now(), reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "", silence = 0;
  try {
    for (;;) {
      silence = setTimeout(() => stop.abort(), SILENCE);
      const { done, value } = await reader.read();
      clearTimeout(silence);
      if (done) return Date.now() - began;
      const events = (rest + value).split("\n\n");
      rest = events.pop();
      for (const event of events) tell(event, on);
    }
  } finally {
    clearTimeout(silence);
  }
}

function tell(event, on) {
  let name = "message", data = "";
  for (const line of event.split("\n")) {
    if (line.startsWith("event: ")) name = line.slice(7);
    if (line.startsWith("data: ")) data += line.slice(6);
  }
  if (data && on[name]) on[name](JSON.parse(data));
}
