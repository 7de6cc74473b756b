/** A session's notes, results, attempts, verdicts and where it comes from. */

import { html, useState } from "../../core/preact.js";
import { send, sessionPath } from "../../core/api.js";
import { duration, short, time } from "../../core/format.js";
import { link } from "../../core/route.js";
import { Markdown } from "../../parts/markdown.js";
import { attempt } from "../../parts/small.js";

/** @param {import("../props.js").Editable} props */
function Notes({ session, isFixed, reload }) {
  const [text, setText] = useState(/** @type {string|null} */ (null));
  const save = async () => {
    if (await attempt(() => send("PATCH", sessionPath(session.session_id), { notes: text }), "The notes are saved.")) { setText(null); reload(); }
  };
  return html`<section class="card"><header><h2 class="grow">Notes</h2>${!isFixed && text === null && html`<button class="plain"
    onClick=${() => setText(session.notes ?? "")}>edit</button>`}</header>
    <div class="padded">${text === null ? (session.notes ? html`<${Markdown} text=${session.notes} />` : html`<p class="quiet">None yet.</p>`)
    : html`<div class="stack"><textarea rows="8" aria-label="Notes, in Markdown" value=${text} onInput=${(event) => setText(event.target.value)}
      onKeyDown=${(event) => { if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) save(); }}></textarea>
      <div class="row"><button class="primary" onClick=${save}>Save</button><button onClick=${() => setText(null)}>Cancel</button>
        <span class="quiet">Markdown: headings, lists, **bold**, \`code\`, links</span></div></div>`}</div></section>`;
}

const VERDICTS = { identical: ["good", "Bit-identical"], within_tolerance: ["good", "Equal within the tolerance"], differs: ["bad", "Different"], refused: ["warn", "Refused"], incomplete: ["warn", "No verdict"] };

/** @param {{report: import("../../core/types.js").ReproductionReport, id: string}} props */
function Verdict({ report, id }) {
  const [kind, text] = VERDICTS[report.verdict] ?? ["", report.verdict];
  const other = report.original_session_id === id ? report.reproduction_session_id : report.original_session_id;
  const first = report.first_difference;
  return html`<div class="stack"><p class=${"note " + kind}><b>${text}.</b> ${report.message}</p>
    <dl class="facts"><dt>Compared</dt>
      <dd>${report.epochs_compared} epochs, ${report.points_compared} points, ${report.checkpoints_compared} checkpoints, through epoch ${report.through_epoch}</dd>
      <dt>Largest relative difference</dt><dd>${short(report.largest_relative_difference)} (tolerance ${short(report.tolerance)})</dd>
      ${first && html`<dt>First difference</dt>
        <dd>${first.metric ?? first.place} at epoch ${first.epoch}, step ${first.step}${first.original_value !== undefined && `: ${short(first.original_value)} and ${short(first.reproduced_value)}`}</dd>`}
      ${(report.fact_differences ?? []).map((one) => html`<dt>${one.name}</dt><dd>${one.original} → ${one.reproduced}</dd>`)}
      <dt>The other session</dt>
        <dd><a href=${link(["session", other])}>${other}</a> · <a href=${link(["compare"], { ids: `${id},${other}` })}>compare</a></dd></dl></div>`;
}

/** @param {import("../props.js").SessionPart} props */
export function Overview({ session, at, reload }) {
  const isFixed = at !== null || session.archived;
  const results = session.results ?? [];
  const metrics = session.final_metrics ?? session.latest_metrics;
  return html`<div class="section columns">
    <${Notes} session=${session} isFixed=${isFixed} reload=${reload} />
    <section class="card"><header><h2>${session.final_metrics ? "Final metrics" : "Latest metrics"}</h2></header>
      <div class="scroll" tabindex="0"><table class="plain"><tbody>
      ${Object.entries(metrics).map(([name, value]) => html`<tr key=${name}><th scope="row">${name}</th>
        <td class="num" title=${value}>${short(value)}</td></tr>`)}
      ${(session.nonfinite_metrics ?? []).map((name) => html`<tr key=${name}><th scope="row">${name}</th>
        <td class="num">not finite</td></tr>`)}</tbody></table></div></section>
    ${results.length > 0 && html`<section class="card"><header><h2>Results</h2></header>
      <div class="scroll" tabindex="0"><table class="plain"><thead><tr><th>Name</th><th class="num">Value</th><th>Source</th>
      <th>When</th></tr></thead><tbody>
      ${results.map((one) => html`<tr><td>${one.name}</td><td class="num">${short(one.value)}</td><td>${one.source}</td>
        <td class="when">${time(one.recorded_at)}${one.late && " (late)"}</td></tr>`)}</tbody></table></div></section>`}
    ${(session.reproductions ?? []).length > 0 && html`<section class="card"><header><h2>Reproduction</h2></header>
      <div class="padded stack">${(session.reproductions ?? []).map((one) => html`<${Verdict} report=${one} id=${session.session_id} />`)}</div></section>`}
    <section class="card"><header><h2>Attempts</h2></header>
      <div class="scroll" tabindex="0"><table class="plain"><thead><tr><th class="num">No.</th><th>From</th><th>Duration</th>
      <th>End</th><th>Host</th></tr></thead><tbody>
      ${(session.attempts ?? []).map((one) => html`<tr key=${one.attempt}><td class="num">${one.attempt}</td>
        <td class="when">${time(one.claimed_at)}<br />
        <span class="quiet">
          ${one.first_epoch !== undefined && `epoch ${one.first_epoch}, step ${one.first_step}`}${one.checkpoint_id && `, from ${one.checkpoint_id}`}
          </span></td>
        <td>${one.ended_at ? duration((Date.parse(one.ended_at) - Date.parse(one.claimed_at)) / 1000) : ""}</td>
          <td>${one.ending ?? "under way"}${one.message && html`<br /><span class="quiet">${one.message}</span>`}</td>
        <td>${one.host ?? ""}${(one.world_size ?? 1) > 1 && `, ${one.world_size} ranks`}</td></tr>`)}</tbody></table>
      ${(session.attempts ?? []).length === 0 && html`<p class="padded quiet">None yet.</p>`}</div></section>
    <section class="card"><header><h2>About</h2></header><div class="padded"><dl class="facts">
      <dt>Id</dt><dd><code>${session.session_id}</code></dd><dt>Trainer</dt><dd>${session.trainer}</dd>
      ${session.experiment && html`<dt>Experiment</dt><dd>${session.experiment}</dd>`}${session.group && html`<dt>Group</dt>
        <dd>${session.group}</dd>`}
      <dt>Created</dt><dd>${time(session.created_at)}</dd>${session.started_at && html`<dt>Started</dt>
        <dd>${time(session.started_at)}</dd>`}${session.completed_at && html`<dt>Completed</dt><dd>${time(session.completed_at)}</dd>`}
      <dt>Last change</dt><dd>${time(session.updated_at)}, at position ${session.position}</dd>
      ${session.parent && html`<dt>Derives from</dt>
        <dd><a href=${link(["session", session.parent])}>${session.parent}</a>${session.parent_checkpoint_id && ` at ${session.parent_checkpoint_id}`}
          </dd>`}
      ${session.reproduction && html`<dt>Reproduces</dt>
        <dd><a href=${link(["session", session.reproduction.session_id])}>${session.reproduction.session_id}</a></dd>`}
      ${session.early_stop_reason && html`<dt>Early end</dt><dd>${session.early_stop_reason}</dd>`}
      ${(session.warnings ?? []).map((one) => html`<dt>Warning</dt><dd>${one}</dd>`)}</dl></div></section>
  </div>`;
}
