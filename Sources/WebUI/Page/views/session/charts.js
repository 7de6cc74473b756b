/** Charts of all of a session's metrics, of which those in sight are drawn. */

import { html, useEffect, useMemo, useRef, useState } from "../../core/preact.js";
import { get, sessionPath, queryText } from "../../core/api.js";
import { color } from "../../core/format.js";
import { bounds, byAttempts, envelope, HistoryReader, linesOf } from "../../core/histories.js";
import { throttled, useReading } from "../../core/reading.js";
import { change } from "../../core/route.js";
import { byPrefix } from "../../core/views.js";
import { Chart } from "../../parts/chart.js";
import { ChartControls, positive, zoomOf } from "../../parts/controls.js";
import { InSight } from "../../parts/sight.js";
import { Fault } from "../../parts/small.js";

/** @typedef {import("../../core/types.js").MetricName} MetricName */

/** The most points of a curve that are asked for; a range with fewer is exact. */
export const MOST_POINTS = 1600;

/**
 * What a chart says of its points beside its name.
 * @param {import("../../core/types.js").Series|undefined} series
 */
export function remark(series) {
  if (!series) return null;
  const parts = [];
  if (series.nan_count) parts.push(`${series.nan_count.toLocaleString("en")} NaN`);
  if (series.infinity_count) parts.push(`${series.infinity_count.toLocaleString("en")} infinite`);
  if (series.sampled) parts.push(`${series.values.length.toLocaleString("en")} of ${series.total_points.toLocaleString("en")} points`);
  return parts.length ? html`<span class="quiet" title="NaN and infinite values are marked at the edge of the plot. Of many points, the first, least, greatest and last of equal parts are drawn; zoom in to have all.">${parts.join(", ")}</span>` : null;
}

/** @param {import("../props.js").SessionPart} props */
export function Charts({ session, query, at, bus }) {
  const id = session.session_id;
  const { value: list, error, reload } = useReading(
    (signal) => /** @type {Promise<{metrics: MetricName[]}>} */ (get(sessionPath(id, "/metric-names"), { as_of: at ?? undefined }, signal)), [id, at]);
  const [, draw] = useState(0);
  const readers = useMemo(() => Object.fromEntries(["epoch", "step", "time", "relative_time"].map((axis) => [axis, new HistoryReader(() => draw((count) => count + 1))])), []);
  const zoom = zoomOf(query);
  const smoothing = Number(query.smooth) || 0;
  const [folded, setFolded] = useState(new Set());
  const known = useRef(new Set());
  for (const metric of list?.metrics ?? []) known.current.add(metric.name);
  for (const axis of Object.keys(readers)) {
    readers[axis].ask({
      session_ids: [id], ...(zoom?.axis === axis ? bounds(axis, zoom.range) : { axis }), max_points: MOST_POINTS, smoothing: smoothing || undefined,
      attempts: query.attempts === "all" ? "all" : undefined, as_of: at ?? undefined,
    });
  }
  useEffect(() => () => { for (const reader of Object.values(readers)) reader.close(); }, []);
  useEffect(() => {
    if (at !== null) return undefined;
    const touched = new Set();
    const read = throttled(() => { for (const reader of Object.values(readers)) reader.touch(touched); touched.clear(); }, 1000);
    const names = throttled(reload, 2000);
    const stop = bus.on((frame) => {
      if (frame.type === "resync") { for (const name of known.current) touched.add(name); names(); }
      else if (frame.type === "metrics") for (const series of frame.series ?? []) touched.add(series.name);
      else if (frame.type === "epoch_complete") for (const name of Object.keys(frame.metrics ?? {})) touched.add(name);
      else return;
      if ([...touched].some((name) => !known.current.has(name))) names();
      read();
    });
    return () => { stop(); read.cancel(); names.cancel(); };
  }, [at]);
  const found = (list?.metrics ?? []).filter((metric) => !query.find || metric.name.toLowerCase().includes(query.find.toLowerCase()));
  const groups = byPrefix(found);
  const chartOf = (/** @type {MetricName} */ metric) => {
    const axis = query.axis || (metric.epochs ? "epoch" : "step");
    const reader = readers[axis];
    const answer = reader.answers.get(metric.name);
    const series = answer?.series.find((one) => one.axis === axis) ?? answer?.series[0];
    const height = 252;
    return html`<${InSight} key=${metric.name + axis} height=${height} onSight=${(/** @type {boolean} */ is) => reader.sight(metric.name, is)}>${() => html`
      <${MetricChart} metric=${metric} axis=${axis} series=${series} session=${session} query=${query} zoom=${zoom} at=${at} />`}</${InSight}>`;
  };
  const fault = error ?? Object.values(readers).map((reader) => reader.error).find((one) => one);
  return html`
    <${ChartControls} query=${query} attempts=${session.attempt > 1} count=${list && `${found.length} of ${list.metrics.length} metrics`} zoom=${zoom} />
    <div class="section">
      <${Fault} error=${fault} />
      ${list && list.metrics.length === 0 && html`<p class="quiet">No metric ${at === null ? "has been" : "had been"} reported yet.${at === null && " Charts appear here as soon as one is."}</p>`}
      ${groups.map(([prefix, metrics]) => html`<div key=${prefix}>
        ${groups.length > 1 && html`<div class="prefix"><button class="plain" aria-expanded=${!folded.has(prefix)}
          onClick=${() => { const next = new Set(folded); if (!next.delete(prefix)) next.add(prefix); setFolded(next); }}>
          ${folded.has(prefix) ? "▸" : "▾"} ${prefix || "without a prefix"}</button><span class="quiet">${metrics.length}</span></div>`}
        ${!folded.has(prefix) && html`<div class=${"charts" + (query.wide ? " wide" : "")}>${metrics.map(chartOf)}</div>`}
      </div>`)}
    </div>`;
}

/**
 * @param {Pick<import("../props.js").SessionPart, "session"|"query"|"at"> & {metric: MetricName, axis: string,
 *   series: import("../../core/types.js").Series|undefined, zoom: ReturnType<typeof zoomOf>}} props
 */
function MetricChart({ metric, axis, series, session, query, zoom, at }) {
  const attempts = session.attempts ?? [];
  const log = query.log === "1";
  const { lines, ranges } = useMemo(() => {
    if (!series) return { lines: [], ranges: [] };
    const { current, superseded } = byAttempts(series, attempts);
    const lines = [
      ...superseded.flatMap((one) => linesOf(one, `attempt ${one.attempts?.[0]}, superseded`, "#8a93a0").slice(-1)),
      ...linesOf(current, metric.name, color(0)),
    ];
    return { lines: log ? positive(lines) : lines, ranges: query.envelope ? [envelope(current, color(0))] : [] };
  }, [series, log, query.envelope, attempts.length]);
  const all = "/api/v1/metrics/history" + queryText({ session_ids: session.session_id, metric_names: metric.name.includes(",") ? undefined : metric.name, axis, format: "csv", as_of: at ?? undefined });
  return html`<${Chart} title=${metric.name} lines=${lines} ranges=${ranges} axis=${axis} log=${log} sync=${"session " + axis}
    range=${zoom?.axis === axis ? zoom.range : null} onRange=${(/** @type {[number, number]|null} */ range) => change({ zoom: range ? `${axis}:${range[0]}:${range[1]}` : "" })}
    note=${remark(series)} all=${metric.name.includes(",") ? undefined : all} />`;
}
