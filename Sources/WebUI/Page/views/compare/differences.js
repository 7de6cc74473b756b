/** What differs between sessions, row by row. */

import { html } from "../../core/preact.js";
import { get } from "../../core/api.js";
import { csv, save, short, whole } from "../../core/format.js";
import { useReading } from "../../core/reading.js";
import { change, link } from "../../core/route.js";
import { Fault } from "../../parts/small.js";

/** @param {import("../props.js").ComparePart} props */
export function Differences({ sessions, query }) {
  const ids = sessions.slice(0, 10).map((session) => session.session_id);
  const all = query.all === "1";
  const { value, error } = useReading((signal) => /** @type {Promise<import("../../core/types.js").Comparison|null>} */ (ids.length < 2 ? Promise.resolve(null)
    : get("/compare", { sessions: ids, all: all || undefined, as_of: query.at }, signal)), [ids.join(), all, query.at, sessions]);
  if (ids.length < 2) return html`<p class="padded quiet">Choose two sessions or more.</p>`;
  const find = (query.find ?? "").toLowerCase();
  const sections = (value?.sections ?? []).map((section) => ({ ...section, rows: section.rows.filter((row) => !find || (section.name + " " + row.key).toLowerCase().includes(find)) })).filter((section) => section.rows.length);
  const table = () => save("differences.csv", csv([["section", "key", ...(value?.sessions ?? []).map((session) => session.session_name)], ...sections.flatMap((section) => section.rows.map((row) => [section.name, row.key, ...row.values]))]));
  return html`<div class="toolbar"><input type="search" aria-label="Find keys" placeholder="Find keys" value=${query.find ?? ""}
    onInput=${(event) => change({ find: event.target.value })} />
      <label><input type="checkbox" checked=${all} onChange=${(event) => change({ all: event.target.checked ? "1" : "" })} />equal values too</label>
      ${value && html`<span class="quiet">
        ${value.different_count} differ, ${value.equal_count} are equal${sessions.length > 10 && "; of the first 10 sessions"}</span>
        <button onClick=${table}>CSV</button>`}</div>
    <div class="section stack"><${Fault} error=${error} />
    ${sections.map((section) => html`<section class="card" key=${section.name}><header><h2>${section.name}</h2>
      <span class="quiet">${section.rows.length}</span></header>
      <div class="scroll" tabindex="0"><table class="plain"><thead><tr><th></th>${(value?.sessions ?? []).map((session) => html`<th key=${session.session_id}>
        <a href=${link(["session", session.session_id])}>${session.session_name}</a></th>`)}</tr></thead>
      <tbody>${section.rows.map((row) => html`<tr key=${row.key} class=${all && !row.equal ? "differs" : ""}><th scope="row">${row.key}</th>
        ${row.values.map((cell, index) => html`<td key=${index} class="mono break"
        title=${whole(cell)}>${typeof cell === "number" ? short(cell) : whole(cell).replace(/^(sha256:.{12}).{52}$/, "$1…")}</td>`)}</tr>`)}</tbody>
        </table></div></section>`)}
    ${value && sections.length === 0 && html`<p class="quiet">Nothing differs.</p>`}</div>`;
}
