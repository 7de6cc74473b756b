/** A card with a plot, which can be saved as PNG, SVG and CSV. */

import { html, useEffect, useLayoutEffect, useRef } from "../core/preact.js";
import { save } from "../core/format.js";
import { Plot } from "./chart/plot.js";

/**
 * @typedef {import("./chart/plot.js").Line} Line
 * @typedef {import("./chart/plot.js").Range} Range
 */

/**
 * @param {import("./chart/plot.js").PlotProps & {title: string, note?: any, all?: string, heading?: any}} props `all` is where every point can be downloaded
 */
export function Chart({ title, lines, ranges = [], axis, log = false, range = null, sync = undefined, onRange = undefined, note = null, all = undefined, heading = null, unit = undefined }) {
  const place = useRef(null);
  const hint = useRef(null);
  const plot = useRef(/** @type {Plot|null} */ (null));
  useEffect(() => {
    const made = new Plot(place.current, hint.current, { lines, ranges, axis, log, range, sync, onRange, unit });
    plot.current = made;
    return () => { made.destroy(); plot.current = null; };
  }, []);
  useLayoutEffect(() => { plot.current?.show({ lines, ranges, axis, log, range, sync, onRange, unit }); }, [lines, ranges, axis, log, range?.[0], range?.[1], sync]);
  const drawn = () => /** @type {Plot} */ (plot.current);
  const count = lines.reduce((sum, line) => sum + (line.faint ? 0 : line.x.length), 0);
  return html`<section class="card chart" aria-label=${title}>
    <header><h3 title=${title}>${heading ?? title}</h3>${note}
      <span class="tools">
        ${range && html`<button class="plain always" onClick=${() => onRange?.(null)} title="Show the whole range again">whole</button>`}
        <button class="plain" aria-label=${`Save ${title} as PNG`} onClick=${async () => save(title + ".png", await drawn().picture())}>PNG</button>
        <button class="plain" aria-label=${`Save ${title} as SVG`} onClick=${() => save(title + ".svg", drawn().svg(title), "image/svg+xml")}>SVG</button>
        ${all ? html`<a class="button plain" href=${all} download title="All points, from the server" aria-label=${`Save all points of ${title} as CSV`}>CSV</a>`
    : html`<button class="plain" aria-label=${`Save ${title} as CSV`} onClick=${() => save(title + ".csv", drawn().points())}>CSV</button>`}
      </span></header>
    <div class="plot" ref=${place} role="img" aria-label=${`${title}: ${lines.filter((line) => !line.faint).length} lines with ${count} points`}></div>
    <div class="hint" ref=${hint} hidden></div>
  </section>`;
}
