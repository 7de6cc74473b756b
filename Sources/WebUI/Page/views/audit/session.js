/** The proofs of all records of a session. */

import { html, useEffect, useRef, useState } from "../../core/preact.js";
import { proveSession } from "../../core/audit.js";
import { time } from "../../core/format.js";
import { change, link } from "../../core/route.js";
import { eventName } from "../../core/views.js";
import { Fault } from "../../parts/small.js";

/** @typedef {import("../../core/audit.js").Proven} Proven */

/** The most records that are listed. */
const MOST = 500;

/** @param {{head: import("../../core/proofs.js").TreeHead, query: Record<string, string>}} props */
export function ProveSession({ head, query }) {
  const [text, setText] = useState(query.session ?? "");
  const [count, setCount] = useState(0);
  const [state, setState] = useState(/** @type {{proven?: Proven[], error?: any, isBusy?: boolean}} */ ({}));
  const running = useRef(/** @type {AbortController|null} */ (null));
  const prove = async (/** @type {string} */ session) => {
    running.current?.abort();
    const controller = new AbortController();
    running.current = controller;
    setCount(0);
    setState({ isBusy: true });
    try {
      const proven = await proveSession(session, head, setCount, controller.signal);
      if (!controller.signal.aborted) setState({ proven });
    } catch (error) {
      if (!controller.signal.aborted) setState({ error });
    }
  };
  useEffect(() => {
    if (query.session) prove(query.session);
    return () => running.current?.abort();
  }, [query.session, head.root]);
  const submit = (/** @type {Event} */ event) => {
    event.preventDefault();
    if (text.trim() === query.session) prove(text.trim()); else change({ session: text.trim() });
  };
  const { proven, error, isBusy } = state;
  const redacted = proven?.filter((one) => one.payload === "redacted").length ?? 0;
  return html`<section class="card"><header><h2 class="grow">A session</h2>
      ${proven && html`<span class="badge completed">proven</span>`}${error && html`<span class="badge failed">not proven</span>`}</header>
    <div class="padded stack"><form class="row" onSubmit=${submit}>
      <label>Session <input type="text" class="mono" aria-label="Id of the session" placeholder="sess_…" value=${text}
        onInput=${(/** @type {FieldEvent} */ event) => setText(event.target.value)} /></label>
      <button class="primary" disabled=${!text.trim() || isBusy}>Verify all records</button>
      <span class="quiet" aria-live="polite">${isBusy && `computing… ${count.toLocaleString("en")} records`}</span></form>
      <${Fault} error=${error} />
      ${proven && proven.length === 0 && html`<p class="note warn">The tree has no record of this session.</p>`}
      ${proven && proven.length > 0 && html`<p class="note good">
        <b>All ${proven.length.toLocaleString("en")} records of the session are in the log</b>, none was left out,
          and ${redacted ? `${(proven.length - redacted).toLocaleString("en")} payloads are those that were recorded; ${redacted} were redacted.` : "their payloads are those that were recorded."}</p>
        <div class="scroll tall" tabindex="0"><table class="plain"><thead><tr><th class="num">Position</th><th>Event</th><th>Recorded</th>
          <th>Leaf</th></tr></thead>
        <tbody>${proven.slice(0, MOST).map((one) => html`<tr key=${one.header.position}>
          <td class="num"><a href=${link(["audit"], { ...query, position: one.header.position })}>${one.header.position.toLocaleString("en")}</a></td>
          <td>${eventName(one.header.type)}</td><td class="when">${time(one.header.recordedAt)}</td>
          <td class="mono" title=${one.leaf}>${one.leaf.slice(0, 16)}…</td></tr>`)}</tbody></table></div>
        ${proven.length > MOST && html`<p class="quiet">The first ${MOST} are listed.</p>`}`}</div></section>`;
}
