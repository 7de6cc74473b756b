/** Sessions as dots: two fields as the axes, a third as the colour. */

import { html, useState } from "../../core/preact.js";
import { short, whole } from "../../core/format.js";
import { change, go, link } from "../../core/route.js";
import { scaleOf, shade } from "../../core/statistics.js";
import { Figure } from "../../parts/figure.js";
import { valueOf } from "../compare.js";
import { usualAxes } from "./parallel.js";

const [WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM] = [860, 460, 86, 20, 16, 52];

/** @param {import("../props.js").ComparePart} props */
export function Scatter({ sessions, names, query, colors, by }) {
  const [over, setOver] = useState("");
  const usual = usualAxes(sessions, names);
  const all = [...names.params, ...names.results, ...names.monitors, ...names.metrics];
  const xName = query.x || usual[0] || all[0];
  const yName = query.y || usual[usual.length - 1] || all[all.length - 1];
  const zName = query.z ?? "";
  const [xs, ys] = [xName, yName].map((name) => scaleOf(sessions.map((session) => valueOf(session, name))));
  const zs = zName ? scaleOf(sessions.map((session) => valueOf(session, zName))) : null;
  const x = (/** @type {number} */ place) => LEFT + (0.03 + 0.94 * place) * (WIDTH - LEFT - RIGHT);
  const y = (/** @type {number} */ place) => HEIGHT - BOTTOM - (0.04 + 0.92 * place) * (HEIGHT - TOP - BOTTOM);
  const dots = sessions.map((session) => ({ session, x: xs.place(valueOf(session, xName)), y: ys.place(valueOf(session, yName)) })).filter((dot) => Number.isFinite(dot.x) && Number.isFinite(dot.y));
  const fill = (/** @type {import("../../core/types.js").Session} */ session) => { if (!zs) return colors.get(session.session_id); const place = zs.place(valueOf(session, zName)); return Number.isFinite(place) ? shade(place) : "#8a93a0"; };
  const chooser = (/** @type {string} */ label, /** @type {string} */ name, /** @type {string} */ value, /** @type {string} */ none) => html`<label>${label} <select aria-label=${label} value=${value}
    onChange=${(event) => change({ [name]: event.target.value })}>${none && html`<option value="">${none}</option>`}${all.map((one) => html`<option
    key=${one} value=${one}>${one}</option>`)}</select></label>`;
  const text = (/** @type {number|string} */ tick) => (typeof tick === "number" ? short(tick) : String(tick).slice(0, 16));
  const hovered = sessions.find((session) => session.session_id === over);
  return html`<div class="section stack"><div class="row">
    ${chooser("Across", "x", xName, "")}${chooser("Up", "y", yName, "")}${chooser("Colour", "z", zName, `as the legend (${by})`)}
      <span class="quiet">${dots.length} of ${sessions.length} sessions have both values</span></div>
    <${Figure} title=${`${yName} over ${xName}`} rows=${() => [["session", xName, yName, ...(zName ? [zName] : [])], ...dots.map(({ session }) => [session.session_name, valueOf(session, xName), valueOf(session, yName), ...(zName ? [valueOf(session, zName)] : [])])]}>
      <svg viewBox=${`0 0 ${WIDTH} ${HEIGHT}`} style=${{ width: "100%", maxWidth: "980px", display: "block" }} role="img"
        aria-label=${`${dots.length} sessions`}>
        ${xs.ticks.map((tick) => html`<g key=${String(tick)}>
          <line x1=${x(xs.place(tick))} x2=${x(xs.place(tick))} y1=${TOP} y2=${HEIGHT - BOTTOM} stroke="var(--grid)" />
          <text x=${x(xs.place(tick))} y=${HEIGHT - BOTTOM + 16} text-anchor="middle" fill="var(--quiet)" font-size="11">${text(tick)}</text></g>`)}
        ${ys.ticks.map((tick) => html`<g key=${String(tick)}>
          <line x1=${LEFT} x2=${WIDTH - RIGHT} y1=${y(ys.place(tick))} y2=${y(ys.place(tick))} stroke="var(--grid)" />
          <text x=${LEFT - 6} y=${y(ys.place(tick)) + 4} text-anchor="end" fill="var(--quiet)" font-size="11">${text(tick)}</text></g>`)}
        <text x=${(LEFT + WIDTH) / 2} y=${HEIGHT - 12} text-anchor="middle" fill="var(--text)" font-size="12">
          ${xName}${xs.isLog ? " (logarithmic)" : ""}</text>
        <text x="14" y=${HEIGHT / 2 - 20} text-anchor="middle" fill="var(--text)" font-size="12" transform=${`rotate(-90 14 ${HEIGHT / 2 - 20})`}>${yName}${ys.isLog ? " (logarithmic)" : ""}</text>
        ${dots.map((dot) => html`<circle
          key=${dot.session.session_id} cx=${x(dot.x)} cy=${y(dot.y)} r=${over === dot.session.session_id ? 8 : 5.5} fill=${fill(dot.session)} fill-opacity="0.85" stroke="var(--surface)"
          onMouseEnter=${() => setOver(dot.session.session_id)} onMouseLeave=${() => setOver("")}
            onClick=${() => go(link(["session", dot.session.session_id]))}><title>
            ${`${dot.session.session_name}\n${xName}: ${whole(valueOf(dot.session, xName))}\n${yName}: ${whole(valueOf(dot.session, yName))}${zName ? `\n${zName}: ${whole(valueOf(dot.session, zName))}` : ""}`}</title></circle>`)}
      </svg></${Figure}>
    <p class="row">${zs && html`<span class="quiet">${zName}:</span>${zs.ticks.map((tick) => html`<span class="row" key=${String(tick)}>
      <i class="swatch" style=${{ "--swatch": shade(zs.place(tick)) }}></i>${text(tick)}</span>`)}`}
      <span class="quiet">
        ${hovered ? `${hovered.session_name}: ${short(valueOf(hovered, xName))}, ${short(valueOf(hovered, yName))}${zName ? ", " + short(valueOf(hovered, zName)) : ""}` : ""}</span></p></div>`;
}
