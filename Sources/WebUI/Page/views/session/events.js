/** What happened to the session, in the order of the log, and whether its records are proven to be there. */

import { html, useEffect, useState } from "../../core/preact.js";
import { lines, sessionPath } from "../../core/api.js";
import { canVerify, proveSession, readHead } from "../../core/audit.js";
import { time } from "../../core/format.js";
import { throttled, useReading } from "../../core/reading.js";
import { change, link } from "../../core/route.js";
import { eventName, eventText } from "../../core/views.js";
import { Fault } from "../../parts/small.js";

/** The most events that are listed at once. */
const MOST = 1000;

/**
 * The positions of the session's records whose proofs this browser has verified, and how that is done.
 * @param {string} session
 */
function useProofs(session) {
  const [state, setState] = useState(/** @type {{proven?: Set<number>, size?: number, count?: number, error?: any}} */ ({}));
  const verify = async () => {
    setState({ count: 0 });
    try {
      const { head } = await readHead();
      const proven = await proveSession(session, head, (count) => setState({ count }));
      setState({ proven: new Set(proven.map((one) => one.header.position)), size: head.size });
    } catch (error) {
      setState({ error });
    }
  };
  return { ...state, verify };
}

/** @param {{position: number, proofs: ReturnType<typeof useProofs>}} props */
function Proof({ position, proofs }) {
  const target = link(["audit"], { position });
  if (proofs.proven?.has(position)) return html`<a class="badge completed" href=${target}
    title="Its header and payload are those of the signed tree">proven</a>`;
  if (proofs.size !== undefined && position > proofs.size) return html`<span class="badge" title="The signed tree does not have it yet">not signed yet</span>`;
  return html`<a class="quiet" href=${target} title="Verify its record in this browser">verify</a>`;
}

/** @param {import("../props.js").SessionPart} props */
export function Events({ session, at, bus }) {
  const [stream, setStream] = useState("session");
  const [after, setAfter] = useState(0);
  const { value, error, reload } = useReading(
    (signal) => lines(sessionPath(session.session_id, "/events"), { stream, after, limit: MOST }, signal), [session.session_id, stream, after]);
  const [open, setOpen] = useState(/** @type {Set<number>} */ (new Set()));
  const proofs = useProofs(session.session_id);
  useEffect(() => {
    const again = throttled(reload, 1000);
    const stop = bus.on((frame) => { if (stream !== "session" || !["metrics", "host", "log"].includes(frame.type)) again(); });
    return () => { stop(); again.cancel(); };
  }, [stream]);
  const all = value ?? [];
  const events = all.filter((event) => at === null || event.position <= at);
  const toggle = (/** @type {number} */ position) => { const next = new Set(open); if (!next.delete(position)) next.add(position); setOpen(next); };
  return html`<div class="section stack"><${Fault} error=${error ?? proofs.error} />
    <div class="row"><label>Stream <select value=${stream} onChange=${(/** @type {FieldEvent} */ event) => { setAfter(0); setStream(event.target.value); }}>
        <option value="session">lifecycle</option><option value="telemetry">telemetry</option><option value="all">both</option></select></label>
      ${after > 0 && html`<button onClick=${() => setAfter(0)}>From the first</button>`}
      ${all.length === MOST && html`<button onClick=${() => setAfter(all[all.length - 1].position)}>The next ${MOST}</button>`}
      <span class="quiet grow">${events.length} events</span>
      ${canVerify() && html`<button disabled=${proofs.count !== undefined} onClick=${proofs.verify}
        title="Computes the hashes of all records of the session in this browser">
        ${proofs.count === undefined ? "Verify all" : `verifying… ${proofs.count}`}</button>`}</div>
    <div class="card scroll" tabindex="0"><table class="plain"><thead><tr><th class="num">Position</th><th>Recorded</th>
      <th>Event</th><th>By</th><th>Proof</th><th><span class="hidden">Actions</span></th></tr></thead><tbody>
      ${events.map((event) => html`<tr key=${event.position}><td class="num">${event.position}</td><td class="when">${time(event.recorded_at)}</td>
        <td class="break"><b>${eventName(event.type)}</b> ${eventText(event)}${open.has(event.position) && html`<pre>${JSON.stringify(event, null, 2)}
          </pre>`}</td>
        <td>${event.actor}</td>
        <td><${Proof} position=${event.position} proofs=${proofs} /></td>
        <td class="row"><button class="plain" aria-expanded=${open.has(event.position)} onClick=${() => toggle(event.position)}>record</button>
          <button class="plain" title="Show the page as it was after this event"
            onClick=${() => change({ at: event.position }, false)}>as of here</button></td></tr>`)}</tbody></table></div></div>`;
}
