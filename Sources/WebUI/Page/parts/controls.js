/** The controls of charts; what they set stands in the address. */

import { html, useMemo, useRef } from "../core/preact.js";
import { throttled } from "../core/reading.js";
import { change } from "../core/route.js";

/**
 * The range that the charts show, as the address has it.
 * @param {Record<string, string>} query
 * @returns {{axis: string, range: [number, number]}|null}
 */
export function zoomOf(query) {
  const [axis, low, high] = (query.zoom ?? "").split(":");
  const range = /** @type {[number, number]} */ ([Number(low), Number(high)]);
  return axis && range[0] < range[1] ? { axis, range } : null;
}

/**
 * Lines for a logarithmic axis, which has no place for zero and below.
 * @param {import("./chart.js").Line[]} lines
 */
export const positive = (lines) => lines.map((line) => ({ ...line, y: line.y.map((value) => (value <= 0 ? undefined : value)) }));

/** @param {{query: Record<string, string>, attempts?: boolean, count?: any, zoom: any, children?: any}} props */
export function ChartControls({ query, attempts = false, count = null, zoom, children = null }) {
  const find = useRef(query.find ?? "");
  const smooth = useRef(query.smooth ?? "");
  const setFind = useMemo(() => throttled(() => change({ find: find.current }), 150), []);
  const setSmooth = useMemo(() => throttled(() => change({ smooth: smooth.current === "0" ? "" : smooth.current }), 150), []);
  const toggle = (/** @type {string} */ name, /** @type {string} */ label, /** @type {string} */ title) => html`<button aria-pressed=${Boolean(query[name])} title=${title}
    onClick=${() => change({ [name]: query[name] ? "" : "1" })}>${label}</button>`;
  return html`<div class="toolbar">
    <input type="search" aria-label="Find metrics" placeholder="Find metrics" value=${query.find ?? ""}
      onInput=${(event) => { find.current = event.target.value; setFind(); }} />
    <label>Axis <select aria-label="Axis" value=${query.axis ?? ""} onChange=${(event) => change({ axis: event.target.value, zoom: "" })}>
      <option value="">epoch or step</option><option value="epoch">epoch</option><option value="step">step</option>
        <option value="time">time</option><option value="relative_time">time since the start</option></select></label>
    <label>Smoothing <input type="range" min="0" max="0.99" step="0.01" aria-label="Smoothing" aria-valuetext=${query.smooth ?? "none"}
      value=${query.smooth ?? "0"} onInput=${(event) => { smooth.current = event.target.value; setSmooth(); }} />
      <span class="mono">${Number(query.smooth ?? 0).toFixed(2)}</span></label>
    ${toggle("log", "log", "A logarithmic value axis")}
    ${toggle("envelope", "envelope", "The least and greatest values behind each curve")}
    ${attempts && html`<button aria-pressed=${query.attempts === "all"} title="Show in grey what later attempts superseded"
      onClick=${() => change({ attempts: query.attempts ? "" : "all" })}>superseded</button>`}
    ${toggle("wide", "wide", "One chart in a row")}
    ${zoom && html`<button onClick=${() => change({ zoom: "" })}>Whole range</button>`}
    ${children}
    <span class="quiet">${count}</span>
  </div>`;
}
