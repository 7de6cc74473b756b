/** The proof of one record, with each of its hashes. */

import { html, useState } from "../../core/preact.js";
import { proveRecord } from "../../core/audit.js";
import { time } from "../../core/format.js";
import { useReading } from "../../core/reading.js";
import { change, link } from "../../core/route.js";
import { Copyable, Fault } from "../../parts/small.js";
import { Steps } from "./steps.js";

/** @typedef {import("../../core/audit.js").Proven} Proven */

const PAYLOADS = {
  right: "The digest of salt and payload, computed here, is the one that the header states.",
  redacted: "The payload was redacted; the header and its digest stay, and are proven.",
  unseen: "The payload is not one of a session, and was not looked at. The header is proven.",
};

/** @param {{proven: Proven, size: number}} props */
function Result({ proven, size }) {
  const { header, leaf, steps } = proven;
  const session = /^(?:session|telemetry)\/(.+)$/.exec(header.stream)?.[1];
  return html`<div class="stack"><p class="note good">
    <b>The record is in the log.</b> Its header leads, by ${steps.length} hashes, to the root of the signed
      tree of ${size.toLocaleString("en")} records.</p>
    <dl class="facts"><dt>Position</dt><dd>${header.position.toLocaleString("en")}</dd><dt>Event</dt><dd>${header.type}</dd>
      <dt>Of</dt><dd>${session ? html`<a href=${link(["session", session], { tab: "events" })}>${header.stream}
        </a>` : header.stream}, version ${header.version}</dd>
      <dt>Recorded</dt><dd>${time(header.recordedAt)}${header.actor && ` by ${header.actor}`}</dd>
      <dt>Payload</dt><dd><span class="mono break">${header.payloadDigest}</span><div class="quiet">${PAYLOADS[proven.payload]}</div></dd>
      <dt>Leaf</dt><dd><${Copyable} text=${leaf} /><div class="quiet">SHA-256 of a zero byte and the header</div></dd></dl>
    <${Steps} steps=${steps} title="Each hash from the leaf to the root" isOpen /></div>`;
}

/** @param {{head: import("../../core/proofs.js").TreeHead, query: Record<string, string>}} props */
export function ProveRecord({ head, query }) {
  const position = Number(query.position) || 0;
  const [text, setText] = useState(query.position ?? "");
  const { value, error, isLoading } = useReading(
    async (signal) => (position > 0 ? proveRecord(position, head, signal) : null), [position, head.size, head.root]);
  const submit = (/** @type {Event} */ event) => { event.preventDefault(); change({ position: text.trim() }); };
  return html`<section class="card"><header><h2 class="grow">A record</h2>
      ${position > 0 && !isLoading && html`<span class=${"badge " + (error ? "failed" : "completed")}>${error ? "not proven" : "proven"}</span>`}
        </header>
    <div class="padded stack"><form class="row" onSubmit=${submit}>
      <label>Position <input type="number" min="1" max=${head.size} aria-label="Position of the record" value=${text}
        onInput=${(/** @type {FieldEvent} */ event) => setText(event.target.value)} /></label>
      <button class="primary" disabled=${!(Number(text) > 0)}>Verify</button>
      <span class="quiet">${position > 0 && isLoading ? "computing…" : "from 1 to " + head.size.toLocaleString("en")}</span></form>
      <${Fault} error=${error} />
      ${value && !error && html`<${Result} proven=${value} size=${head.size} />`}</div></section>`;
}
