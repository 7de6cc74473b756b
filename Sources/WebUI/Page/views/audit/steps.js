/** The hashes of a proof, one step after the other. */

import { html } from "../../core/preact.js";

/** @typedef {import("../../core/proofs.js").Step} Step */

/**
 * The first digits of a hash; the whole one under the pointer.
 * @param {{hash: string, isGiven?: boolean}} props
 */
const Hash = ({ hash, isGiven = false }) => html`<span class=${"mono hash" + (isGiven ? " given" : "")} title=${hash}>${hash.slice(0, 16)}…</span>`;

/**
 * @param {{steps: Step[], title: string, isOpen?: boolean}} props
 */
export function Steps({ steps, title, isOpen = false }) {
  return html`<details open=${isOpen}><summary>${title} (${steps.length})</summary>
    <div class="scroll" tabindex="0"><table class="plain steps"><thead><tr><th class="num">Level</th><th>Left</th><th>Right</th>
      <th>SHA-256 of a one byte, left and right</th></tr></thead>
    <tbody>${steps.map((step, index) => html`<tr key=${index}><td class="num">${index + 1}</td>
      <td><${Hash} hash=${step.left} isGiven=${step.isRight} /></td><td><${Hash} hash=${step.right} isGiven=${!step.isRight} /></td>
      <td><${Hash} hash=${step.parent} />${index === steps.length - 1 && html` <b>the root</b>`}</td></tr>`)}</tbody></table>
    <p class="quiet">Those with a ground are given by the proof, the others computed here.</p></div></details>`;
}
