/**
 * A plot of lines, bands and marks over one axis, drawn by uPlot on a canvas.
 *
 * @typedef {Object} Line
 * @property {string} label
 * @property {string} color
 * @property {number[]} x ascending
 * @property {number[]} y NaN and the infinities are gaps, and marked at the edge
 * @property {boolean} [faint] drawn thin and not told under the cursor
 * @property {boolean} [hollow] only marks, no line is drawn
 *
 * @typedef {Object} Range
 * @property {string} color
 * @property {number[]} x
 * @property {number[]} low
 * @property {number[]} high
 */

import { html, useEffect, useLayoutEffect, useRef } from "../core/preact.js";
import { save, csv, short, size, time } from "../core/format.js";

/**
 * An element of the document's head that loads a part of the library of charts, once it has.
 * @param {HTMLScriptElement|HTMLLinkElement} element
 */
const loaded = (element) => new Promise((resolve, reject) => {
  element.addEventListener("load", resolve);
  element.addEventListener("error", () => reject(new Error("The library of the charts cannot be loaded. Load the page again.")));
  document.head.append(element);
});

/** @param {string} name */
const libraryFile = (name) => new URL("../vendor/" + name, import.meta.url).href;

/** The library, which is a script of its own and no module. */
await Promise.all([
  loaded(Object.assign(document.createElement("link"), { rel: "stylesheet", href: libraryFile("uplot.css") })),
  loaded(Object.assign(document.createElement("script"), { src: libraryFile("uplot.js") })),
]);
const { uPlot } = /** @type {any} */ (window);

const themed = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** The distances of ticks between epochs or steps, of which there are no parts. */
const WHOLE_STEPS = [1, 2, 5, 10, 20, 50, 100, 200, 500, ...[1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10].flatMap((unit) => [unit, 2 * unit, 5 * unit])];

/** Labels of the time axis by the distance of its ticks, as uPlot wants them: the day stands below where it changes. */
const TIME_LABELS = [
  [86400, "{YYYY}-{MM}-{DD}", null, null, null, null, null, null, 0],
  [3600, "{HH}:{mm}", "\n{YYYY}-{MM}-{DD}", null, "\n{YYYY}-{MM}-{DD}", null, null, null, 1],
  [60, "{HH}:{mm}", "\n{YYYY}-{MM}-{DD}", null, "\n{YYYY}-{MM}-{DD}", null, null, null, 1],
  [1, "{HH}:{mm}:{ss}", "\n{YYYY}-{MM}-{DD}", null, "\n{YYYY}-{MM}-{DD}", null, null, null, 1],
  [0.001, "{ss}.{fff}", "\n{HH}:{mm}", null, null, null, "\n{HH}:{mm}", null, 1],
];

/** The charts that exist, for tests and for drawing again when the theme changes. */
const charts = new Set();
const redraw = () => { for (const chart of charts) chart.recolor(); };
window.addEventListener("themechange", redraw);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);

function join(lines) {
  if (lines.length === 0) return [[0], [null]];
  const tables = lines.map((line) => [line.x, line.y.map((value) => (Number.isFinite(value) ? value : null))]);
  return tables.length === 1 ? tables[0] : uPlot.join(tables);
}

/** What a plot shows is the same when none of this changed. */
const shape = (lines, options) => JSON.stringify([lines.map((line) => [line.label, line.color, line.faint, line.hollow]), options]);

function drawRanges(plot, ranges) {
  const { ctx } = plot;
  const { left, top, width, height } = plot.bbox;
  ctx.save();
  ctx.beginPath();
  ctx.rect(left, top, width, height);
  ctx.clip();
  for (const range of ranges) {
    ctx.fillStyle = range.color;
    ctx.globalAlpha = 0.2;
    ctx.beginPath();
    let isBegun = false;
    for (let index = 0; index < range.x.length; index += 1) {
      if (!Number.isFinite(range.high[index])) continue;
      const x = plot.valToPos(range.x[index], "x", true);
      const y = plot.valToPos(range.high[index], "y", true);
      if (isBegun) ctx.lineTo(x, y); else ctx.moveTo(x, y);
      isBegun = true;
    }
    for (let index = range.x.length - 1; index >= 0; index -= 1) {
      if (Number.isFinite(range.low[index])) ctx.lineTo(plot.valToPos(range.x[index], "x", true), plot.valToPos(range.low[index], "y", true));
    }
    ctx.fill();
  }
  ctx.restore();
}

/** Marks at the edge where a value is not finite: ▲ an infinity, ▼ a negative one, × NaN. */
function drawMarks(plot, lines) {
  const { ctx } = plot;
  const { left, top, width, height } = plot.bbox;
  const unit = devicePixelRatio;
  ctx.save();
  ctx.beginPath();
  ctx.rect(left, top, width, height);
  ctx.clip();
  ctx.lineWidth = 1.5 * unit;
  for (const line of lines) {
    if (line.faint) continue;
    ctx.strokeStyle = line.color;
    ctx.fillStyle = line.color;
    for (let index = 0; index < line.y.length; index += 1) {
      const value = line.y[index];
      if (Number.isFinite(value) || value === undefined) continue;
      const x = plot.valToPos(line.x[index], "x", true);
      if (x < left || x > left + width) continue;
      const size = 4 * unit;
      ctx.beginPath();
      if (Number.isNaN(value)) {
        const y = top + height - size - 2 * unit;
        ctx.moveTo(x - size, y - size); ctx.lineTo(x + size, y + size); ctx.moveTo(x + size, y - size); ctx.lineTo(x - size, y + size);
        ctx.stroke();
      } else {
        const up = value > 0 ? 1 : -1;
        const y = up > 0 ? top + 2 * unit : top + height - 2 * unit;
        ctx.moveTo(x, y); ctx.lineTo(x - size, y + 2 * size * up); ctx.lineTo(x + size, y + 2 * size * up);
        ctx.fill();
      }
    }
  }
  ctx.restore();
}

/** The axis's value as readers see it. */
export function placed(axis, value) {
  if (axis === "time") return time(1000 * value);
  if (axis === "relative_time") return short(value) + " s";
  return `${axis} ${Number.isInteger(value) ? value : short(value)}`;
}

class Plot {
  constructor(element, hint) {
    this.element = element;
    this.hint = hint;
    this.plot = null;
    this.key = "";
    this.props = null;
    charts.add(this);
    this.observer = new ResizeObserver(() => this.resize());
    this.observer.observe(element);
  }

  destroy() {
    charts.delete(this);
    this.observer.disconnect();
    this.plot?.destroy();
    this.plot = null;
  }

  /** A value as its unit is written. */
  written(value) { return this.props.unit === "bytes" && Number.isFinite(value) ? size(value) : short(value); }

  /** The room for the plot, in pixels. */
  size() { return { width: Math.max(80, this.element.clientWidth - 12), height: Math.max(80, this.element.clientHeight - 4) }; }
  resize() { if (this.plot && this.element.clientWidth) this.plot.setSize(this.size()); }
  recolor() { this.key = ""; if (this.props) this.show(this.props); }

  /** Shows what `props` say; the plot is made again only when its lines or axes are others. */
  show(props) {
    this.props = props;
    const data = join(props.lines);
    const key = shape(props.lines, [props.axis, props.log, props.sync]);
    if (this.plot && key === this.key) {
      this.plot.setData(data, false);
      this.rescale();
      return;
    }
    this.key = key;
    this.plot?.destroy();
    this.plot = new uPlot(this.options(), data, this.element);
    this.rescale();
  }

  rescale() {
    const { range, lines } = this.props;
    let low = Infinity;
    let high = -Infinity;
    for (const line of lines) {
      if (line.x.length === 0) continue;
      low = Math.min(low, line.x[0]);
      high = Math.max(high, line.x[line.x.length - 1]);
    }
    if (range) [low, high] = range;
    if (!(low <= high)) [low, high] = [0, 1];
    if (low === high) { low -= 0.5; high += 0.5; }
    this.plot.batch(() => { this.plot.setScale("x", { min: low, max: high }); });
  }

  yRange(low, high) {
    const { ranges = [], log } = this.props;
    for (const range of ranges) {
      for (const value of range.low) if (Number.isFinite(value) && (!log || value > 0)) low = Math.min(low ?? value, value);
      for (const value of range.high) if (Number.isFinite(value)) high = Math.max(high ?? value, value);
    }
    if (low === null || low === undefined || !Number.isFinite(low) || !Number.isFinite(high)) return log ? [0.1, 1] : [0, 1];
    if (log) return uPlot.rangeLog(low > 0 ? low : 1e-9, high > 0 ? high : 1, 10, false);
    if (low === high) { const pad = Math.abs(low) / 10 || 0.5; return [low - pad, high + pad]; }
    const pad = 0.06 * (high - low);
    return [low - pad, high + pad];
  }

  options() {
    const { axis, log, sync, lines } = this.props;
    const text = themed("--quiet");
    const grid = { stroke: themed("--grid"), width: 1 };
    const font = "11px " + getComputedStyle(document.body).fontFamily;
    const shared = { stroke: text, font, grid, ticks: { show: false }, gap: 4 };
    return {
      ...this.size(),
      legend: { show: false },
      padding: [6, 16, 0, 0],
      focus: { alpha: 1 },
      cursor: {
        sync: sync ? { key: sync, setSeries: false, scales: ["x", null] } : undefined,
        drag: { x: true, y: false, setScale: false, dist: 4 },
        points: { size: 5 },
        bind: { dblclick: () => () => { this.props.onRange?.(null); return null; } },
      },
      scales: {
        x: { time: axis === "time", auto: false },
        y: { distr: log ? 3 : 1, range: (_plot, low, high) => this.yRange(low, high) },
      },
      axes: [
        { ...shared, incrs: axis === "epoch" || axis === "step" ? WHOLE_STEPS : undefined, size: axis === "time" ? 42 : 28, values: axis === "time" ? TIME_LABELS : (_plot, values) => values.map((value) => (value === null ? "" : short(value))) },
        { ...shared, size: 58, values: (_plot, values) => values.map((value) => (value === null ? "" : this.written(value))) },
      ],
      series: [{}, ...lines.map((line) => ({
        label: line.label, stroke: line.faint ? faded(line.color) : line.color, width: line.faint ? 1 : 1.6, spanGaps: false,
        points: { show: line.hollow ? true : undefined, size: 4 },
      }))],
      hooks: {
        drawAxes: [(plot) => drawRanges(plot, this.props.ranges ?? [])],
        draw: [(plot) => drawMarks(plot, this.props.lines)],
        setCursor: [(plot) => this.point(plot)],
        setSelect: [(plot) => {
          if (plot.select.width < 4) return;
          const low = plot.posToVal(plot.select.left, "x");
          const high = plot.posToVal(plot.select.left + plot.select.width, "x");
          plot.setSelect({ left: 0, width: 0, top: 0, height: 0 }, false);
          this.props.onRange?.([low, high]);
        }],
      },
    };
  }

  /** Tells the values under the cursor; only in the chart that the pointer is in. */
  point(plot) {
    const { left, top, idx } = plot.cursor;
    const isHere = left >= 0 && idx !== null && idx !== undefined && plot.over.matches(":hover");
    this.hint.hidden = !isHere;
    if (!isHere) return;
    const at = plot.posToVal(left, "x");
    const found = [];
    for (const line of this.props.lines) {
      if (line.faint || line.x.length === 0) continue;
      const index = nearest(line.x, at);
      found.push({ line, x: line.x[index], y: line.y[index] });
    }
    if (found.length === 0) { this.hint.hidden = true; return; }
    const nearestX = found.reduce((best, one) => (Math.abs(one.x - at) < Math.abs(best - at) ? one.x : best), found[0].x);
    const y = plot.posToVal(top, "y");
    found.sort((one, other) => Math.abs(one.y - y) - Math.abs(other.y - y));
    const shown = found.slice(0, 10);
    this.hint.replaceChildren(element("div", "quiet", placed(this.props.axis, nearestX)), ...shown.map((one) => {
      const row = element("div", "");
      const swatch = element("i", "swatch");
      swatch.style.background = one.line.color;
      row.append(swatch, element("span", "clip", one.line.label), element("b", "", this.written(one.y)));
      return row;
    }));
    const width = this.hint.offsetWidth;
    const place = left + 60 + 14;
    this.hint.style.left = (place + width > this.element.clientWidth ? Math.max(0, left + 60 - width - 14) : place) + "px";
    this.hint.style.top = Math.max(0, Math.min(top, this.element.clientHeight - this.hint.offsetHeight - 8)) + "px";
  }

  /**
   * The plot as a picture.
   * @returns {Promise<Blob>}
   */
  picture() {
    const source = this.plot.ctx.canvas;
    const canvas = document.createElement("canvas");
    canvas.width = source.width;
    canvas.height = source.height;
    const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
    context.fillStyle = themed("--surface");
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.drawImage(source, 0, 0);
    return new Promise((resolve, reject) => {
      canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("The picture could not be made."))), "image/png");
    });
  }

  /**
   * The plot as SVG, with the lines as paths.
   * @param {string} title
   */
  svg(title) {
    const { width, height } = this.size();
    const unit = devicePixelRatio;
    const box = { left: this.plot.bbox.left / unit, top: this.plot.bbox.top / unit, width: this.plot.bbox.width / unit, height: this.plot.bbox.height / unit };
    const x = (value) => this.plot.valToPos(value, "x") + box.left;
    const y = (value) => this.plot.valToPos(value, "y") + box.top;
    const place = (value) => value.toFixed(2);
    const text = (value) => String(value).replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
    const parts = [];
    for (const range of this.props.ranges ?? []) {
      const shown = range.x.map((_, index) => index).filter((index) => Number.isFinite(range.low[index]) && Number.isFinite(range.high[index]));
      const points = [...shown.map((index) => [range.x[index], range.high[index]]), ...shown.reverse().map((index) => [range.x[index], range.low[index]])];
      parts.push(`<polygon fill="${text(range.color)}" fill-opacity="0.2" points="${points.map(([a, b]) => place(x(a)) + "," + place(y(b))).join(" ")}"/>`);
    }
    for (const line of this.props.lines) {
      let path = "";
      let isBegun = false;
      for (let index = 0; index < line.x.length; index += 1) {
        if (!Number.isFinite(line.y[index]) || (this.props.log && line.y[index] <= 0)) { isBegun = false; continue; }
        path += `${isBegun ? "L" : "M"}${place(x(line.x[index]))} ${place(y(line.y[index]))}`;
        isBegun = true;
      }
      parts.push(`<path d="${path}" fill="none" stroke="${text(line.color)}" stroke-width="${line.faint ? 0.8 : 1.6}" stroke-opacity="${line.faint ? 0.35 : 1}"><title>${text(line.label)}</title></path>`);
    }
    const ticks = (scale, count) => {
      const { min, max } = this.plot.scales[scale];
      return Array.from({ length: count }, (_, index) => (scale === "y" && this.props.log
        ? min * (max / min) ** (index / (count - 1)) : min + (max - min) * index / (count - 1)));
    };
    const axes = [
      ...ticks("x", 5).map((value) => `<text x="${place(x(value))}" y="${height - 6}" text-anchor="middle">${text(this.props.axis === "time" ? time(1000 * value) : short(value))}</text>`),
      ...ticks("y", 5).map((value) => `<text x="${box.left - 4}" y="${place(y(value) + 4)}" text-anchor="end">${text(short(value))}</text><line x1="${box.left}" x2="${box.left + box.width}" y1="${place(y(value))}" y2="${place(y(value))}" stroke="#ddd"/>`),
    ];
    return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height + 22}" viewBox="0 -22 ${width} ${height + 22}" font-family="sans-serif" font-size="11">`
      + `<rect y="-22" width="${width}" height="${height + 22}" fill="#fff"/><text x="8" y="-8" font-weight="600" font-size="12">${text(title)}</text>`
      + `<clipPath id="box"><rect x="${box.left}" y="${box.top}" width="${box.width}" height="${box.height}"/></clipPath>${axes.join("")}<g clip-path="url(#box)">${parts.join("")}</g></svg>`;
  }

  /** The points that are drawn, as CSV. */
  points() {
    const rows = [["line", this.props.axis, "value"]];
    for (const line of this.props.lines) {
      if (!line.faint) line.x.forEach((place, index) => rows.push([line.label, place, line.y[index]]));
    }
    return csv(rows);
  }
}

function element(name, kind, text = "") {
  const made = document.createElement(name);
  made.className = kind;
  made.textContent = text;
  return made;
}

function faded(color) { return /^#[0-9a-f]{6}$/i.test(color) ? color + "55" : color; }

/**
 * The index of the value that is nearest, in ascending values.
 * @param {number[]} values
 * @param {number} at
 */
export function nearest(values, at) {
  let low = 0;
  let high = values.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (values[middle] < at) low = middle + 1; else high = middle;
  }
  return low > 0 && at - values[low - 1] < values[low] - at ? low - 1 : low;
}

/**
 * @param {{title: string, lines: Line[], ranges?: Range[], axis: string, log?: boolean, range?: [number, number]|null, sync?: string,
 *   onRange?: (range: [number, number]|null) => void, note?: any, all?: string, heading?: any, unit?: "bytes"}} props
 *   `all` is where every point can be downloaded
 */
export function Chart({ title, lines, ranges = [], axis, log = false, range = null, sync = undefined, onRange = undefined, note = null, all = undefined, heading = null, unit = undefined }) {
  const place = useRef(null);
  const hint = useRef(null);
  const plot = useRef(/** @type {Plot|null} */ (null));
  useEffect(() => {
    const made = new Plot(place.current, hint.current);
    plot.current = made;
    made.show({ lines, ranges, axis, log, range, sync, onRange, unit });
    return () => { made.destroy(); plot.current = null; };
  }, []);
  useLayoutEffect(() => { plot.current?.show({ lines, ranges, axis, log, range, sync, onRange, unit }); }, [lines, ranges, axis, log, range?.[0], range?.[1], sync]);
  const drawn = () => /** @type {Plot} */ (plot.current);
  const count = lines.reduce((sum, line) => sum + (line.faint ? 0 : line.x.length), 0);
  return html`<section class="card chart" aria-label=${title}>
    <header><h3 title=${title}>${heading ?? title}</h3>${note}
      <span class="tools">
        ${range && html`<button class="plain" onClick=${() => onRange?.(null)} title="Show the whole range again">whole</button>`}
        <button class="plain" aria-label=${`Save ${title} as PNG`} onClick=${async () => save(title + ".png", await drawn().picture())}>PNG</button>
        <button class="plain" aria-label=${`Save ${title} as SVG`} onClick=${() => save(title + ".svg", drawn().svg(title), "image/svg+xml")}>SVG</button>
        ${all ? html`<a class="button plain" href=${all} download title="All points, from the server" aria-label=${`Save all points of ${title} as CSV`}>CSV</a>`
    : html`<button class="plain" aria-label=${`Save ${title} as CSV`} onClick=${() => save(title + ".csv", drawn().points())}>CSV</button>`}
      </span></header>
    <div class="plot" ref=${place} role="img" aria-label=${`${title}: ${lines.filter((line) => !line.faint).length} lines with ${count} points`}></div>
    <div class="hint" ref=${hint} hidden></div>
  </section>`;
}
