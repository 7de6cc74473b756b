/** The curves of many sessions in one plot for each metric; by groups, as mean and spread. */

import { html, useEffect, useMemo, useState } from "../../core/preact.js";
import { queryText } from "../../core/api.js";
import { color, number } from "../../core/format.js";
import { bounds, envelope, HistoryReader, linesOf } from "../../core/histories.js";
import { change } from "../../core/route.js";
import { byPrefix } from "../../core/views.js";
import { Chart } from "../../parts/chart.js";
import { ChartControls, positive, zoomOf } from "../../parts/controls.js";
import { InSight } from "../../parts/sight.js";
import { Fault } from "../../parts/small.js";

/** @param {import("../props.js").ComparePart} props */
export function Curves({ sessions, query, colors, counter, by, names }) {
  const [, draw] = useState(0);
  const readers = useMemo(() => Object.fromEntries(["epoch", "step", "time", "relative_time", "own"].map((axis) => [axis, new HistoryReader(() => draw((count) => count + 1))])), []);
  const zoom = zoomOf(query);
  const bands = query.bands === "1" && by !== "session";
  const axis = query.axis || zoom?.axis || "";
  const reader = readers[axis || "own"];
  reader.ask({
    session_ids: sessions.map((session) => session.session_id), ...(zoom ? bounds(zoom.axis, zoom.range) : axis ? { axis } : {}), max_points: bands ? 200 : Math.max(60, Math.round(1600 / Math.sqrt(sessions.length))),
    smoothing: !bands && Number(query.smooth) ? Number(query.smooth) : undefined, as_of: query.at ? Number(query.at) : undefined,
    aggregate: bands ? { by: by === "tags" ? "tag" : by, statistics: ["mean", "std", "count"] } : undefined,
  });
  useEffect(() => () => { for (const one of Object.values(readers)) one.close(); }, []);
  useEffect(() => { reader.touch(); }, [counter]);
  const all = names.metrics.map((name) => ({ name: name.replace(/^metrics\./, "").replace(/^"(.*)"$/, "$1") }));
  const found = all.filter((metric) => !query.find || metric.name.toLowerCase().includes(query.find.toLowerCase()));
  const groups = byPrefix(found);
  return html`<${ChartControls} query=${query} zoom=${zoom} count=${`${found.length} of ${all.length} metrics`}>
      <button aria-pressed=${bands} disabled=${by === "session"}
        title="The mean of each group and one standard deviation around it; choose the groups with Colour by"
        onClick=${() => change({ bands: bands ? "" : "1" })}>bands</button></${ChartControls}>
    <div class="section"><${Fault} error=${reader.error} />
      ${groups.map(([prefix, metrics]) => html`<div key=${prefix}>${groups.length > 1 && html`<div class="prefix"><h2>${prefix || "without a prefix"}
        </h2>
        <span class="quiet">${metrics.length}</span></div>`}
        <div class=${"charts" + (query.wide ? " wide" : "")}>${metrics.map((metric) => html`<${InSight} key=${metric.name} height=${252}
          onSight=${(/** @type {boolean} */ is) => { for (const one of Object.values(readers)) one.sight(metric.name, is && one === reader); if (is) reader.sight(metric.name, true); }}>${() => html`
          <${Overlay} name=${metric.name} answer=${reader.answers.get(metric.name)} colors=${colors} query=${query} zoom=${zoom} sessions=${sessions} axis=${axis} />`}</${InSight}>`)}</div></div>`)}
    </div>`;
}

/**
 * @param {Pick<import("../props.js").ComparePart, "sessions"|"colors"|"query"> & {name: string, axis: string,
 *   answer: import("../../core/types.js").MetricHistories|undefined, zoom: ReturnType<typeof zoomOf>}} props
 */
function Overlay({ name, answer, colors, query, zoom, sessions, axis }) {
  const log = query.log === "1";
  const { lines, ranges, shown } = useMemo(() => {
    /** @type {import("../../parts/chart.js").Line[]} */
    const lines = [];
    /** @type {import("../../parts/chart.js").Range[]} */
    const ranges = [];
    const found = axis || (answer?.series ?? [])[0]?.axis || (answer?.groups ?? [])[0]?.axis || "epoch";
    for (const series of answer?.series ?? []) {
      if (series.axis !== found) continue;
      const own = colors.get(series.session_id) ?? color(0);
      lines.push(...linesOf(series, series.session_name, own));
      if (query.envelope) ranges.push(envelope(series, own));
    }
    (answer?.groups ?? []).filter((group) => group.axis === found).forEach((group, index) => {
      const own = colors.get(group.session_ids[0]) ?? color(index);
      const mean = group.mean.map(number);
      const std = group.std.map(number).map((value) => (Number.isFinite(value) ? value : 0));
      lines.push({ label: `${group.group === undefined || group.group === null ? "none" : String(group.group)} (${group.session_ids.length})`, color: own, x: group.places, y: mean, hollow: mean.length === 1 });
      ranges.push({ color: own, x: group.places, low: mean.map((value, place) => value - std[place]), high: mean.map((value, place) => value + std[place]) });
    });
    return { lines: log ? positive(lines) : lines, ranges, shown: found };
  }, [answer, colors, log, query.envelope, axis]);
  const all = name.includes(",") || sessions.length > 100 ? undefined
    : "/api/v1/metrics/history" + queryText({ session_ids: sessions.map((session) => session.session_id), metric_names: name, format: "csv", as_of: query.at });
  return html`<${Chart} title=${name} lines=${lines} ranges=${ranges} axis=${shown} log=${log} sync=${"compare " + shown} all=${all}
    range=${zoom?.axis === shown ? zoom.range : null} onRange=${(/** @type {[number, number]|null} */ range) => change({ zoom: range ? `${shown}:${range[0]}:${range[1]}` : "" })} />`;
}
