/** Parallel coordinates: a line for each session over its params and results. Drag along an axis to keep only what lies there. */

import { html, useRef, useState } from "../../core/preact.js";
import { number, short } from "../../core/format.js";
import { change, go, link } from "../../core/route.js";
import { scaleOf } from "../../core/statistics.js";
import { Figure } from "../../parts/figure.js";
import { Menu } from "../../parts/small.js";
import { valueOf } from "../compare.js";

const HEIGHT = 380;
const TOP = 46;
const BOTTOM = 24;

/**
 * The axes that are shown unless others are chosen: params that differ, and the monitored result.
 * @param {import("../../core/types.js").Session[]} sessions
 * @param {import("../props.js").Compared} names
 */
export function usualAxes(sessions, names) {
  const differs = (/** @type {string} */ name) => new Set(sessions.map((session) => String(valueOf(session, name)))).size > 1;
  const results = [...names.results, ...(names.monitors.length ? names.monitors : names.metrics.slice(0, 1))];
  return [...names.params.filter(differs).slice(0, 8), ...results.slice(0, 2)];
}

/** @param {import("../props.js").ComparePart} props */
export function Parallel({ sessions, names, query, colors }) {
  const axes = query.axes ? query.axes.split("|") : usualAxes(sessions, names);
  const [brushes, setBrushes] = useState(/** @type {Record<string, [number, number]>} */ ({}));
  const [over, setOver] = useState("");
  const drag = useRef(null);
  const width = Math.max(600, 150 * axes.length);
  const scales = axes.map((name) => scaleOf(sessions.map((session) => valueOf(session, name))));
  const x = (/** @type {number} */ index) => 70 + index * (width - 140) / Math.max(1, axes.length - 1);
  const y = (/** @type {number} */ place) => HEIGHT - BOTTOM - place * (HEIGHT - TOP - BOTTOM);
  const placeAt = (/** @type {PointerEvent & {currentTarget: SVGElement}} */ event) => {
    const box = /** @type {SVGSVGElement} */ (event.currentTarget.ownerSVGElement).getBoundingClientRect();
    return Math.min(1, Math.max(0, (HEIGHT - BOTTOM - (event.clientY - box.top) * HEIGHT / box.height) / (HEIGHT - TOP - BOTTOM)));
  };
  const kept = sessions.filter((session) => axes.every((name, index) => {
    const brush = brushes[name];
    if (!brush) return true;
    const place = scales[index].place(valueOf(session, name));
    return place >= brush[0] - 1e-9 && place <= brush[1] + 1e-9;
  }));
  const isKept = new Set(kept.map((session) => session.session_id));
  const toggle = (/** @type {string} */ name) => { const next = axes.includes(name) ? axes.filter((one) => one !== name) : [...axes, name]; change({ axes: next.join("|") }); };
  const path = (/** @type {import("../../core/types.js").Session} */ session) => axes.map((name, index) => [x(index), y(scales[index].place(valueOf(session, name)))]).filter(([, place]) => Number.isFinite(place)).map(([left, top], index) => `${index ? "L" : "M"}${left.toFixed(1)} ${top.toFixed(1)}`).join("");
  const hovered = sessions.find((session) => session.session_id === over);
  return html`<div class="section stack"><div class="row"><${Menu} label="Axes">
    ${[...names.params, ...names.results, ...names.monitors, ...names.metrics].map((name) => html`<label class="option" key=${name}>
    <input type="checkbox" checked=${axes.includes(name)} onChange=${() => toggle(name)} />
    <span class="clip">${name}</span></label>`)}</${Menu}>
      <span class="quiet">${Object.keys(brushes).length ? `${kept.length} of ${sessions.length} sessions` : "Drag along an axis to choose a range."}
        </span>
      ${Object.keys(brushes).length > 0 && html`<button onClick=${() => setBrushes({})}>All</button>${kept.length > 0 && html`<button
        onClick=${() => go(link(["compare"], { ...query, ids: kept.map((session) => session.session_id).join(",") }))}>Keep only these</button>`}`}
      <span class="grow clip">${hovered?.session_name ?? ""}</span></div>
    <${Figure} title="Parallel coordinates" rows=${() => [["session", ...axes], ...sessions.map((session) => [session.session_name, ...axes.map((name) => valueOf(session, name))])]}>
      <div class="scroll" tabindex="0"><svg viewBox=${`0 0 ${width} ${HEIGHT}`}
        style=${{ minWidth: width + "px", width: "100%", maxWidth: 1.5 * width + "px", display: "block" }} role="img"
        aria-label=${`${sessions.length} sessions over ${axes.length} axes`}>
        ${sessions.map((session) => html`<path
          key=${session.session_id} d=${path(session)} fill="none" stroke=${isKept.has(session.session_id) ? colors.get(session.session_id) : "var(--line)"} stroke-width=${over === session.session_id ? 3.5 : 1.7}
          opacity=${over && over !== session.session_id ? 0.35 : 0.85} onMouseEnter=${() => setOver(session.session_id)} onMouseLeave=${() => setOver("")} onClick=${() => go(link(["session", session.session_id]))}><title>${session.session_name}</title></path>`)}
        ${axes.map((name, index) => html`<g key=${name}><line x1=${x(index)} x2=${x(index)} y1=${y(0)} y2=${y(1)} stroke="var(--line-strong)" />
          <text x=${x(index)} y="16" text-anchor="middle" fill="var(--text)" font-size="12" font-weight="600">
            ${name.replace(/^(params|metrics|results)\./, "").slice(0, 24)}<title>${name}</title></text>
          <text x=${x(index)} y="31" text-anchor="middle" fill="var(--quiet)" font-size="10">${scales[index].isLog ? "logarithmic" : ""}</text>
          ${scales[index].ticks.map((tick) => html`<text
            key=${String(tick)} x=${x(index) - 6} y=${y(scales[index].place(tick)) + 3} text-anchor="end" fill="var(--quiet)" font-size="10">
            ${typeof tick === "number" ? short(number(tick)) : String(tick).slice(0, 14)}</text>`)}
          ${brushes[name] && html`<rect x=${x(index) - 7} width="14" y=${y(brushes[name][1])} height=${Math.max(2, y(brushes[name][0]) - y(brushes[name][1]))} fill="var(--accent)" fill-opacity="0.25" stroke="var(--accent)" />`}
          <rect x=${x(index) - 12} width="24" y=${TOP - 4} height=${HEIGHT - TOP - BOTTOM + 8} fill="transparent" class="brush"
            onPointerDown=${(event) => { event.currentTarget.setPointerCapture(event.pointerId); drag.current = placeAt(event); }}
            onPointerMove=${(event) => { if (drag.current === null) return; const place = placeAt(event); setBrushes({ ...brushes, [name]: [Math.min(drag.current, place), Math.max(drag.current, place)] }); }}
            onPointerUp=${(event) => { const place = placeAt(event); if (Math.abs(place - drag.current) < 0.01) { const next = { ...brushes }; delete next[name]; setBrushes(next); } drag.current = null; }} /></g>`)}
      </svg></div></${Figure}></div>`;
}
