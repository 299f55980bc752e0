// How far a job is and what the checks say, until both are through.
import { $, client } from "../desk/page.js";

export function follow() {
  if (client.running) again("progress", 1000, (told) => {
    $("progress").innerHTML = told.html;
    if (told.state !== "running") { location.reload(); return true; }
    return false;
  });
  if (client.finding) again("findings", 1200, (told) => {
    if (told.ready) $("findings").innerHTML = told.html;
    return told.ready;
  });
}

function again(path, pause, take) {
  setTimeout(async () => {
    let through = false;
    try {
      const response = await fetch(`${client.base}/workbench/${path}`, { headers: { Accept: "application/json" } });
      if (response.status === 401) { location.reload(); return; }
      through = response.ok && take(await response.json());
    } catch { /* the server may be away for a moment; it is asked again */ }
    if (!through) again(path, pause, take);
  }, pause);
}
