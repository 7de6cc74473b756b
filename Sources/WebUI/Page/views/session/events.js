/** What happened to the session, in the order of the log. */

import { html, useEffect, useState } from "../../core/preact.js";
import { lines, sessionPath } from "../../core/api.js";
import { time } from "../../core/format.js";
import { throttled, useReading } from "../../core/reading.js";
import { change } from "../../core/route.js";
import { eventName, eventText } from "../../core/views.js";
import { Fault } from "../../parts/small.js";

const MOST = 1000;

/** @param {any} props */
export function Events({ session, at, bus }) {
  const [stream, setStream] = useState("session");
  const [after, setAfter] = useState(0);
  const { value, error, reload } = useReading((signal) => lines(sessionPath(session.session_id, "/events"), { stream, after, limit: MOST }, signal), [session.session_id, stream, after]);
  const [open, setOpen] = useState(new Set());
  useEffect(() => {
    const again = throttled(reload, 1000);
    const stop = bus.on((frame) => { if (stream !== "session" || !["metrics", "host", "log"].includes(frame.type)) again(); });
    return () => { stop(); again.cancel(); };
  }, [stream]);
  const events = (value ?? []).filter((event) => at === null || event.position <= at);
  const toggle = (position) => { const next = new Set(open); if (!next.delete(position)) next.add(position); setOpen(next); };
  return html`<div class="section stack"><${Fault} error=${error} />
    <div class="row"><label>Stream <select value=${stream} onChange=${(event) => { setAfter(0); setStream(event.target.value); }}><option value="session">lifecycle</option>
      <option value="telemetry">telemetry</option><option value="all">both</option></select></label>
      ${after > 0 && html`<button onClick=${() => setAfter(0)}>From the first</button>`}
      ${(value ?? []).length === MOST && html`<button onClick=${() => setAfter(value[value.length - 1].position)}>The next ${MOST}</button>`}
      <span class="quiet">${events.length} events</span></div>
    <div class="card scroll" tabindex="0"><table class="plain"><thead><tr><th class="num">Position</th><th>Recorded</th>
      <th>Event</th><th>By</th><th></th></tr></thead><tbody>
      ${events.map((event) => html`<tr key=${event.position}><td class="num">${event.position}</td><td class="when">${time(event.recorded_at)}</td>
        <td class="break"><b>${eventName(event.type)}</b> ${eventText(event)}${open.has(event.position) && html`<pre>${JSON.stringify(event, null, 2)}</pre>`}</td>
          <td>${event.actor}</td>
        <td class="row"><button class="plain" aria-expanded=${open.has(event.position)} onClick=${() => toggle(event.position)}>record</button>
          <button class="plain" title="Show the page as it was after this event" onClick=${() => change({ at: event.position }, false)}>as of here</button></td></tr>`)}</tbody></table></div></div>`;
}
