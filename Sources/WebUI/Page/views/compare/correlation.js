/** How params go with a result over the sessions that are compared. */

import { html } from "../../core/preact.js";
import { csv, save, short } from "../../core/format.js";
import { change, link } from "../../core/route.js";
import { association } from "../../core/statistics.js";
import { valueOf } from "../compare.js";

/** @param {import("../props.js").ComparePart} props */
export function Correlation({ sessions, names, query }) {
  const results = [...names.results, ...names.monitors, ...names.metrics];
  const target = query.target || results[0];
  const values = sessions.map((session) => valueOf(session, target));
  const rows = [...names.params, "experiment", "group"].map((name) => ({ name, ...association(sessions.map((session) => valueOf(session, name)), values) }))
    .sort((one, other) => (Math.abs(other.value) || 0) - (Math.abs(one.value) || 0));
  const table = () => save("correlation.csv", csv([["param", "kind", "value", "sessions"], ...rows.map((row) => [row.name, row.kind === "rank" ? "spearman" : "eta squared", row.value, row.count])]));
  return html`<div class="section stack"><div class="row"><label>Result <select value=${target}
    onChange=${(event) => change({ target: event.target.value })}>${results.map((name) => html`<option key=${name} value=${name}>${name}</option>`)}
    </select></label>
    <button onClick=${table}>CSV</button></div>
    <div class="card scroll" tabindex="0"><table class="plain"><thead><tr><th>Param</th><th>Measure</th><th class="num">Value</th>
      <th></th><th class="num">Sessions</th><th></th></tr></thead><tbody>
      ${rows.map((row) => html`<tr key=${row.name}><th scope="row">${row.name}</th>
        <td>${row.kind === "rank" ? "rank correlation" : "share of the variance"}</td>
        <td class="num">${Number.isFinite(row.value) ? short(Number(row.value.toFixed(3))) : html`<span class="quiet">none</span>`}</td>
        <td><svg width="160" height="12" viewBox="-1 0 2 1" preserveAspectRatio="none" aria-hidden="true">
          <line x1="0" x2="0" y1="0" y2="1" stroke="var(--line-strong)" stroke-width="0.02" />
          ${Number.isFinite(row.value) && html`<rect x=${Math.min(0, row.value)} width=${Math.abs(row.value)} y="0.15" height="0.7" fill=${row.value < 0 ? "#e0762f" : "#3b7ddd"} />`}</svg></td>
        <td class="num">${row.count}</td>
          <td><a href=${link(["compare"], { ...query, tab: "scatter", x: row.name, y: target })}>scatter</a></td></tr>`)}</tbody></table></div>
    <p class="quiet">For numbers, Spearman's rank correlation with ${target}: 1 and −1 mean that it always rises or falls with the param. For texts, the share of the result's variance that lies between their values (eta squared). Neither says that one causes the other, and with few sessions both are uncertain.</p></div>`;
}
