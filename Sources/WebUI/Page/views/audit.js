/** The audit of the log: its tree head, whether it continues what this browser saw last, and proofs of records and sessions. */

import { html, useEffect, useState } from "../core/preact.js";
import { canVerify, checkContinued, readHead } from "../core/audit.js";
import { ago, time } from "../core/format.js";
import { spelled } from "../core/notes.js";
import { useKept, useReading } from "../core/reading.js";
import { Copyable, Dialog, Fault } from "../parts/small.js";
import { ProveRecord } from "./audit/record.js";
import { ProveSession } from "./audit/session.js";
import { Steps } from "./audit/steps.js";

/** @typedef {import("../core/audit.js").Seen} Seen */

/** @param {{answer: Awaited<ReturnType<typeof readHead>>}} props */
function Head({ answer }) {
  const { head, origin, signatures, keys } = answer;
  return html`<section class="card"><header><h2 class="grow">Tree head</h2><span class="badge completed">signature verified</span></header>
    <div class="padded stack"><dl class="facts">
      <dt>Log</dt><dd class="mono">${origin}</dd>
      <dt>Records</dt><dd>${head.size.toLocaleString("en")}</dd>
      <dt>Root</dt><dd><${Copyable} text=${head.root} /></dd>
      <dt>Signed by</dt><dd>${signatures.map((one) => html`<div key=${one.name + one.isKnown}>${one.name} ${one.isVerified
    ? html`<span class="badge completed">verified here</span>`
    : html`<span class="badge" title="A cosignature; its key comes from the witness">a witness, not verified here</span>`}</div>`)}</dd>
      ${keys.map((/** @type {any} */ key) => html`<dt>Key${key.status === "signing" ? "" : ", retired"}</dt>
        <dd class="mono" title="Compare it with the key that you were given another way">${spelled(key.public_key)}</dd>`)}</dl>
      <details><summary>The signed note</summary><pre>${answer.note}</pre></details></div></section>`;
}

/**
 * Whether the log continues what this browser has seen of it; what is seen now is kept when it does.
 * @param {{answer: Awaited<ReturnType<typeof readHead>>}} props
 */
function Continued({ answer }) {
  const [seen, keep] = useKept("audit", /** @type {Seen|null} */ (null));
  const [first] = useState(/** @type {Seen|null} */ (seen));
  const [asks, setAsks] = useState(false);
  const { head, origin } = answer;
  const { value, error } = useReading(async (signal) => (first ? checkContinued(first, origin, head, signal) : null), [head.size, head.root, origin]);
  const now = () => keep({ origin, size: head.size, root: head.root, when: new Date().toISOString() });
  useEffect(() => { if (value !== undefined) now(); }, [value]);
  const forget = html`<button onClick=${() => setAsks(true)}>Forget what was seen…</button>`;
  return html`<section class="card"><header><h2 class="grow">Since this browser last looked</h2>
      ${error ? html`<span class="badge failed">not continued</span>` : value !== undefined && first && html`<span class="badge completed">continued</span>`}</header>
    <div class="padded stack">
      ${error && html`<${Fault} error=${error} />
        <p>This browser keeps what it saw ${first && ago(first.when)}: ${first?.size.toLocaleString("en")} records
        with the root <span class="mono break">${first?.root}</span>. ${forget}</p>`}
      ${!error && value === undefined && html`<p class="quiet">checking…</p>`}
      ${!error && value === null && html`<p>This browser looks for the first time. It keeps the tree head, and tells next time whether anything that is
        recorded now was changed or removed.</p>`}
      ${!error && value && first && html`<p class="note good">
        <b>Nothing was changed or removed.</b> The ${first.size.toLocaleString("en")} records that this
          browser saw ${ago(first.when)} (${time(first.when)}) are the first of the ${head.size.toLocaleString("en")} that there are now.</p>
        ${value.length > 0 && html`<${Steps} steps=${value} title="Each hash that leads from what was seen to the root of now" />`}`}
    </div>
    ${asks && html`<${Dialog} title="Forget what this browser has seen?" confirm="Forget" danger onClose=${() => setAsks(false)}
      onConfirm=${async () => { now(); location.reload(); }}>
      <p>The present tree head takes its place. Do this only when you know why the log is another one, such as after a restore.</p></${Dialog}>`}
        </section>`;
}

/** @param {{route: import("../core/route.js").Route}} props */
export function Audit({ route }) {
  const { value, error, isLoading, reload } = useReading((signal) => readHead(signal), []);
  if (!canVerify()) {
    return html`<div class="section stack"><h1>Audit</h1>
      <p class="note warn">This browser gives pages its cryptography only over HTTPS or from its own machine.
      Open this page at localhost, or verify with <code>pivot audit</code>.</p></div>`;
  }
  return html`<div class="section stack">
    <div class="row"><h1 class="grow">Audit</h1><button disabled=${isLoading} onClick=${reload}>${isLoading ? "reading…" : "Read again"}</button>
      </div>
    <p class="quiet prose">Each record of the log is a leaf of a tree of hashes whose root the log signs. This page computes every hash and checks every
      signature in the browser, and believes the server nothing.</p>
    <${Fault} error=${error} />
    ${value && html`<div class="columns"><${Head} answer=${value} /><${Continued} answer=${value} /></div>
      <${ProveRecord} head=${value.head} query=${route.query} />
      <${ProveSession} head=${value.head} query=${route.query} />`}</div>`;
}
