/** A plot of lines, bands and marks over one axis, drawn by uPlot on a canvas. */

import { csv, short, size, time } from "../../core/format.js";
import { uPlot } from "./library.js";
import { drawMarks, drawRanges } from "./marks.js";

/**
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

/**
 * @typedef {Object} PlotProps what a plot shows
 * @property {Line[]} lines
 * @property {Range[]} [ranges]
 * @property {string} axis
 * @property {boolean} [log]
 * @property {[number, number]|null} [range] of the axis; null is all of it
 * @property {string} [sync] plots with the same name share their cursor
 * @property {(range: [number, number]|null) => void} [onRange]
 * @property {"bytes"} [unit]
 */

/** @param {string} name */
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
/** @type {Set<Plot>} */
const charts = new Set();
const redraw = () => { for (const chart of charts) chart.recolor(); };
window.addEventListener("themechange", redraw);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);

/**
 * The lines as the library has them: one list of places, and the values of each line at them.
 * @param {Line[]} lines
 * @returns {(number|null)[][]}
 */
function join(lines) {
  if (lines.length === 0) return [[0], [null]];
  const tables = lines.map((line) => [line.x, line.y.map((value) => (Number.isFinite(value) ? value : null))]);
  return tables.length === 1 ? tables[0] : uPlot.join(tables);
}

/**
 * What a plot shows is the same when none of this changed.
 * @param {Line[]} lines
 * @param {any[]} options
 */
const shape = (lines, options) => JSON.stringify([lines.map((line) => [line.label, line.color, line.faint, line.hollow]), options]);

/**
 * The axis's value as readers see it.
 * @param {string} axis
 * @param {number} value
 */
export function placed(axis, value) {
  if (axis === "time") return time(1000 * value);
  if (axis === "relative_time") return short(value) + " s";
  return `${axis} ${Number.isInteger(value) ? value : short(value)}`;
}

export class Plot {
  /**
   * @param {HTMLElement} element
   * @param {HTMLElement} hint
   * @param {PlotProps} props
   */
  constructor(element, hint, props) {
    this.element = element;
    this.hint = hint;
    this.plot = /** @type {UPlot|null} */ (null);
    this.key = "";
    this.props = props;
    charts.add(this);
    this.observer = new ResizeObserver(() => this.resize());
    this.observer.observe(element);
    this.show(props);
  }

  /** The library's plot, which is there until this one is destroyed. */
  get drawn() { return /** @type {UPlot} */ (this.plot); }

  destroy() {
    charts.delete(this);
    this.observer.disconnect();
    this.plot?.destroy();
    this.plot = null;
  }

  /**
   * A value as its unit is written.
   * @param {number} value
   */
  written(value) { return this.props.unit === "bytes" && Number.isFinite(value) ? size(value) : short(value); }

  /** The room for the plot, in pixels. */
  size() { return { width: Math.max(80, this.element.clientWidth - 12), height: Math.max(80, this.element.clientHeight - 4) }; }
  resize() { if (this.plot && this.element.clientWidth) this.plot.setSize(this.size()); }
  recolor() { this.key = ""; this.show(this.props); }

  /**
   * Shows what `props` say; the plot is made again only when its lines or axes are others.
   * @param {PlotProps} props
   */
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
    this.drawn.batch(() => { this.drawn.setScale("x", { min: low, max: high }); });
  }

  /**
   * The range of the values with some room, as the library found it.
   * @param {number|null} low
   * @param {number|null} high
   * @returns {[number, number]}
   */
  yRange(low, high) {
    const { ranges = [], log } = this.props;
    for (const range of ranges) {
      for (const value of range.low) if (Number.isFinite(value) && (!log || value > 0)) low = Math.min(low ?? value, value);
      for (const value of range.high) if (Number.isFinite(value)) high = Math.max(high ?? value, value);
    }
    if (low === null || high === null || !Number.isFinite(low) || !Number.isFinite(high)) return log ? [0.1, 1] : [0, 1];
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
        y: { distr: log ? 3 : 1, range: (/** @type {UPlot} */ _plot, /** @type {number|null} */ low, /** @type {number|null} */ high) => this.yRange(low, high) },
      },
      axes: [
        { ...shared, incrs: axis === "epoch" || axis === "step" ? WHOLE_STEPS : undefined, size: axis === "time" ? 42 : 28, values: axis === "time" ? TIME_LABELS : (/** @type {UPlot} */ _plot, /** @type {(number|null)[]} */ values) => values.map((value) => (value === null ? "" : short(value))) },
        { ...shared, size: 58, values: (/** @type {UPlot} */ _plot, /** @type {(number|null)[]} */ values) => values.map((value) => (value === null ? "" : this.written(value))) },
      ],
      series: [{}, ...lines.map((line) => ({
        label: line.label, stroke: line.faint ? faded(line.color) : line.color, width: line.faint ? 1 : 1.6, spanGaps: false,
        points: { show: line.hollow ? true : undefined, size: 4 },
      }))],
      hooks: {
        drawAxes: [(/** @type {UPlot} */ plot) => drawRanges(plot, this.props.ranges ?? [])],
        draw: [(/** @type {UPlot} */ plot) => drawMarks(plot, this.props.lines)],
        setCursor: [(/** @type {UPlot} */ plot) => this.point(plot)],
        setSelect: [(/** @type {UPlot} */ plot) => {
          if (plot.select.width < 4) return;
          const low = plot.posToVal(plot.select.left, "x");
          const high = plot.posToVal(plot.select.left + plot.select.width, "x");
          plot.setSelect({ left: 0, width: 0, top: 0, height: 0 }, false);
          this.props.onRange?.([low, high]);
        }],
      },
    };
  }

  /**
   * Tells the values under the cursor; only in the chart that the pointer is in.
   * @param {UPlot} plot
   */
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
    const source = this.drawn.ctx.canvas;
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
    const { bbox } = this.drawn;
    const box = { left: bbox.left / unit, top: bbox.top / unit, width: bbox.width / unit, height: bbox.height / unit };
    const x = (/** @type {number} */ value) => this.drawn.valToPos(value, "x") + box.left;
    const y = (/** @type {number} */ value) => this.drawn.valToPos(value, "y") + box.top;
    const place = (/** @type {number} */ value) => value.toFixed(2);
    const text = (/** @type {string} */ value) => String(value).replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
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
    const ticks = (/** @type {"x"|"y"} */ scale, /** @type {number} */ count) => {
      const { min, max } = this.drawn.scales[scale];
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
    /** @type {(string|number)[][]} */
    const rows = [["line", this.props.axis, "value"]];
    for (const line of this.props.lines) {
      if (!line.faint) line.x.forEach((place, index) => rows.push([line.label, place, line.y[index]]));
    }
    return csv(rows);
  }
}

/**
 * @param {string} name
 * @param {string} kind
 */
function element(name, kind, text = "") {
  const made = document.createElement(name);
  made.className = kind;
  made.textContent = text;
  return made;
}

/** @param {string} color */
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
