/** Readings of the trainer's machine, on the time axis of the metrics. */

import { html, useEffect, useMemo } from "../../core/preact.js";
import { get, sessionPath } from "../../core/api.js";
import { color, number, size } from "../../core/format.js";
import { throttled, useReading } from "../../core/reading.js";
import { change } from "../../core/route.js";
import { Chart } from "../../parts/chart.js";
import { zoomOf } from "../../parts/controls.js";
import { InSight } from "../../parts/sight.js";
import { Fault } from "../../parts/small.js";

/** @param {import("../props.js").SessionPart} props */
export function Host({ session, query, at, bus }) {
  const { value, error, reload } = useReading((signal) => /** @type {Promise<import("../../core/types.js").HostReadingHistory>} */ (
    get(sessionPath(session.session_id, "/host-readings"), { max_points: 1500, as_of: at ?? undefined }, signal)), [session.session_id, at]);
  const zoom = zoomOf(query);
  useEffect(() => {
    const again = throttled(reload, 2000);
    const stop = bus.on((frame) => { if (frame.type === "host" || frame.type === "resync") again(); });
    return () => { stop(); again.cancel(); };
  }, []);
  const charts = useMemo(() => {
    /** @type {Map<string, import("../../parts/chart.js").Line[]>} */
    const byName = new Map();
    for (const series of value?.series ?? []) {
      const kept = series.times.map((at) => Date.parse(at)).map((at, index) => ({ at, value: number(series.values[index]) }));
      if (kept.length === 0) continue;
      const lines = byName.get(series.name) ?? [];
      byName.set(series.name, lines);
      lines.push({ label: `rank ${series.rank}${series.host ? ", " + series.host : ""}`, color: color(lines.length), x: kept.map((one) => one.at / 1000), y: kept.map((one) => one.value), hollow: kept.length === 1 });
    }
    return [...byName].sort(([one], [other]) => one.localeCompare(other));
  }, [value]);
  return html`<div class="section stack"><${Fault} error=${error} />
    ${value && charts.length === 0 && html`<p class="quiet">No reading ${at !== null ? "had been" : "has been"} recorded.</p>`}
    ${charts.length > 0 && html`<p class="quiet">Choose the axis time under Charts to see metrics over the same range; zooming here zooms there.</p>`}
    <div class="charts">${charts.map(([name, lines]) => html`<${InSight} key=${name} height=${252}>${() => html`<${Chart}
      title=${name} lines=${lines} axis="time" sync="session time" unit=${/bytes/.test(name) ? "bytes" : undefined}
      note=${/bytes/.test(name) && html`<span class="quiet">${size(lines[0].y[lines[0].y.length - 1])}</span>`}
      range=${zoom?.axis === "time" ? zoom.range : null} onRange=${(/** @type {[number, number]|null} */ range) => change({ zoom: range ? `time:${range[0]}:${range[1]}` : "" })} />`}</${InSight}>`)}</div></div>`;
}
