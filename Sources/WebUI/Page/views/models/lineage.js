/** Where what an alias points at comes from, each step with the record that says it. */

import { html } from "../../core/preact.js";
import { get } from "../../core/api.js";
import { time, whole } from "../../core/format.js";
import { useReading } from "../../core/reading.js";
import { link } from "../../core/route.js";
import { aliasPath } from "../../parts/alias.js";
import { Fault } from "../../parts/small.js";

/**
 * A fact of a step; one that names a session leads there.
 * @param {{name: string, value: string|number|boolean|object}} props
 */
const Fact = ({ name, value }) => html`<dt>${name.replaceAll("_", " ")}</dt><dd>${name === "session_id" || name === "parent"
  ? html`<a href=${link(["session", String(value)])}>${String(value)}</a>` : html`<span class="mono break">${whole(value)}</span>`}</dd>`;

/** @param {{model: string, alias: string}} props */
export function Lineage({ model, alias }) {
  const { value, error } = useReading((signal) => get(aliasPath(model, alias) + "/lineage", {}, signal), [model, alias]);
  return html`<section class="card"><header><h2 class="grow">Where ${alias} comes from</h2></header><div class="padded stack">
    <${Fault} error=${error} />
    ${value && html`<ol class="lineage">${value.steps.map((/** @type {import("../../core/types.js").LineageStep} */ step, /** @type {number} */ index) => html`<li key=${index}
      class=${step.missing ? "missing" : ""}>
      <span class="badge">${step.kind}</span> <b>${step.summary}</b>
      ${step.position !== undefined && html` <a class="quiet" href=${link(["audit"], { position: step.position })}
        title="Verify the record that says it">
        position ${step.position.toLocaleString("en")}</a> <span class="quiet">${time(step.recorded_at)}${step.actor && ` by ${step.actor}`}</span>`}
      ${Object.keys(step.facts ?? {}).length > 0 && html`<dl class="facts">${Object.entries(step.facts).map(([name, fact]) => html`<${Fact}
        key=${name} name=${name} value=${fact} />`)}</dl>`}
    </li>`)}</ol>${!value.complete && html`<p class="quiet">There are more ancestors than are followed.</p>`}`}</div></section>`;
}
