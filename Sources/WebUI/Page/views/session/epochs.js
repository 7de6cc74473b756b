/** The record of each epoch, in a table. */

import { html, useEffect, useMemo, useState } from "../../core/preact.js";
import { histories } from "../../core/api.js";
import { csv, number, save, short, time } from "../../core/format.js";
import { throttled, useReading } from "../../core/reading.js";
import { Fault } from "../../parts/small.js";

/** @typedef {{epoch: number, step: number, time: number, values: Record<string, import("../../core/types.js").MetricValue>}} EpochRow */

/** The most rows that are drawn; all are in the file. */
const MOST_ROWS = 2000;

/** @param {import("../props.js").SessionPart} props */
export function Epochs({ session, at, bus }) {
  const { value, error, reload } = useReading((signal) => histories({ session_ids: [session.session_id], axis: "epoch", as_of: at ?? undefined }, signal), [session.session_id, at]);
  const [sort, setSort] = useState({ name: "", falling: true });
  useEffect(() => {
    const again = throttled(reload, 1000);
    const stop = bus.on((frame) => { if (frame.type === "epoch_complete" || frame.type === "resync") again(); });
    return () => { stop(); again.cancel(); };
  }, []);
  const { names, rows } = useMemo(() => {
    /** @type {Map<number, EpochRow>} */
    const byEpoch = new Map();
    /** @type {string[]} */
    const names = [];
    for (const series of value?.series ?? []) {
      names.push(series.metric_name);
      (series.epochs ?? []).forEach((epoch, index) => {
        const row = byEpoch.get(epoch) ?? { epoch, step: series.steps[index], time: series.times[index], values: {} };
        row.values[series.metric_name] = series.values[index];
        byEpoch.set(epoch, row);
      });
    }
    return { names, rows: [...byEpoch.values()].sort((one, other) => other.epoch - one.epoch) };
  }, [value]);
  const sorted = [...rows];
  if (sort.name) {
    const of = (/** @type {EpochRow} */ row) => { const found = number(row.values[sort.name]); return Number.isNaN(found) ? -Infinity : found; };
    sorted.sort((one, other) => (of(one) - of(other)) * (sort.falling ? -1 : 1));
  } else if (!sort.falling) sorted.reverse();
  const best = Object.fromEntries(names.map((name) => {
    const finite = rows.map((row) => number(row.values[name])).filter(Number.isFinite);
    const isLess = name === session.monitor ? session.monitor_mode === "min" : /loss|error|time/.test(name);
    return [name, isLess ? Math.min(...finite) : Math.max(...finite)];
  }));
  const head = (/** @type {string} */ name, /** @type {string} */ label) => html`<th scope="col" class="num"
    aria-sort=${sort.name === name ? (sort.falling ? "descending" : "ascending") : undefined}>
    <button class="plain"
      onClick=${() => setSort({ name, falling: sort.name === name ? !sort.falling : true })}>${label}${sort.name === name && (sort.falling ? " ▼" : " ▲")}</button></th>`;
  const table = () => save(`${session.session_name}-epochs.csv`, csv([["epoch", "step", "time", ...names], ...[...rows].reverse().map((row) => [row.epoch, row.step, new Date(1000 * row.time).toISOString(), ...names.map((name) => row.values[name] ?? "")])]));
  return html`<div class="section stack"><${Fault} error=${error} />
    ${value && rows.length === 0 ? html`<p class="quiet">No epoch is complete.</p>` : html`
    <div class="row"><span class="quiet">
      ${rows.length.toLocaleString("en")} epochs; the best value of each metric is bold.${rows.length > MOST_ROWS && ` The first ${MOST_ROWS} rows are shown.`}</span>
      <button onClick=${table}>Save as CSV</button></div>
    <div class="card scroll" tabindex="0"><table class="plain"><thead><tr>${head("", "Epoch")}<th class="num">Step</th>
      <th>Time</th>${names.map((name) => head(name, name))}</tr></thead>
      <tbody>${sorted.slice(0, MOST_ROWS).map((row) => html`<tr key=${row.epoch}><th scope="row" class="num">${row.epoch}</th>
        <td class="num">${row.step}</td><td class="when">${time(1000 * row.time)}</td>
        ${names.map((name) => html`<td class="num" key=${name} title=${row.values[name]}>${number(row.values[name]) === best[name] ? html`<b>
          ${short(row.values[name])}</b>` : short(row.values[name])}</td>`)}</tr>`)}</tbody></table></div>`}
  </div>`;
}
