/**
 * Histories for charts: what charts in sight need is asked for in one request, and again when something has changed.
 */

import { histories } from "./api.js";
import { number } from "./format.js";

/**
 * @typedef {import("./types.js").Series} Series
 * @typedef {import("./types.js").Band} Band
 * @typedef {import("./types.js").HistoryQuestion} HistoryQuestion
 */

/**
 * The places of a series' points on its axis.
 * @param {Series} series
 * @returns {number[]}
 */
export function places(series) {
  if (series.axis === "epoch") return series.epochs ?? [];
  if (series.axis === "step") return series.steps;
  if (series.axis === "time") return series.times;
  return series.relative_times ?? [];
}

/**
 * The bounds of a range, as the question names them.
 * @param {string} axis
 * @param {[number, number]} range
 */
export function bounds(axis, [low, high]) {
  if (axis === "epoch") return { axis, start_epoch: Math.max(0, Math.floor(low)), end_epoch: Math.max(0, Math.ceil(high)) };
  if (axis === "step") return { axis, start_step: Math.max(0, Math.floor(low)), end_step: Math.max(0, Math.ceil(high)) };
  if (axis === "time") return { axis, start_time: new Date(1000 * low).toISOString(), end_time: new Date(Math.ceil(1000 * high)).toISOString() };
  return { axis, start_relative_time: Math.max(0, low), end_relative_time: Math.max(0, high) };
}

/** Asks for the metrics of the charts in sight, all with one question. */
export class HistoryReader {
  /** @param {() => void} changed */
  constructor(changed) {
    this.changed = changed;
    /** @type {Map<string, {series: Series[], groups: Band[]}>} what was answered, by metric */
    this.answers = new Map();
    /** @type {Set<string>} */
    this.inSight = new Set();
    /** @type {Set<string>} */
    this.stale = new Set();
    this.question = /** @type {HistoryQuestion|null} */ (null);
    this.key = "";
    this.error = /** @type {any} */ (null);
    this.timer = 0;
    this.milliseconds = 0;
  }

  /**
   * Sets what is asked besides the metrics; what was answered to another question is shown until the new answer is there.
   * @param {HistoryQuestion} question
   */
  ask(question) {
    const key = JSON.stringify(question);
    if (key === this.key) return;
    this.key = key;
    this.question = question;
    this.stale = new Set(this.answers.keys());
    for (const name of this.inSight) this.stale.add(name);
    this.schedule();
  }

  /**
   * Tells that a metric's chart came into sight or left it.
   * @param {string} name
   * @param {boolean} isInSight
   */
  sight(name, isInSight) {
    if (!isInSight) { this.inSight.delete(name); return; }
    this.inSight.add(name);
    if (!this.answers.has(name)) this.stale.add(name);
    this.schedule();
  }

  /**
   * Tells that points came for some metrics, or for any when none is named.
   * @param {Iterable<string>|undefined} [names]
   */
  touch(names = undefined) {
    for (const name of [...(names ?? this.answers.keys())]) this.stale.add(name);
    this.schedule();
  }

  schedule() { if (!this.timer) this.timer = window.setTimeout(() => { this.timer = 0; this.read(); }, 10); }

  close() { clearTimeout(this.timer); this.controller?.abort(); this.isClosed = true; }

  async read() {
    const wanted = [...this.inSight].filter((name) => this.stale.has(name));
    if (wanted.length === 0 || !this.question || this.isClosed) return;
    const { key } = this;
    for (const name of wanted) this.stale.delete(name);
    this.controller?.abort();
    const controller = new AbortController();
    this.controller = controller;
    const began = performance.now();
    try {
      const answer = await histories({ ...this.question, metric_names: wanted }, controller.signal);
      if (this.key !== key) { for (const name of wanted) this.stale.add(name); this.schedule(); return; }
      const found = new Map(wanted.map((name) => [name, { series: /** @type {Series[]} */ ([]), groups: /** @type {Band[]} */ ([]) }]));
      for (const series of answer.series ?? []) found.get(series.metric_name)?.series.push(series);
      for (const group of answer.groups ?? []) found.get(group.metric_name)?.groups.push(group);
      for (const [name, one] of found) this.answers.set(name, one);
      this.error = null;
      this.milliseconds = performance.now() - began;
    } catch (error) {
      for (const name of wanted) this.stale.add(name);
      if (/** @type {Error} */ (error).name === "AbortError") { this.schedule(); return; }
      this.error = error;
    }
    if (!this.isClosed) this.changed();
  }
}

/**
 * The lines of a series: its points, and before them, when it is smoothed, the curve that shows them as they are.
 * @param {Series} series
 * @param {string} label
 * @param {string} color
 * @returns {import("../parts/chart.js").Line[]}
 */
export function linesOf(series, label, color) {
  const x = places(series);
  const values = series.values.map(number);
  const hollow = x.length === 1;
  if (!series.smoothed_values) return [{ label, color, x, y: values, hollow }];
  return [{ label: label + " as it is", color, x, y: values, faint: true }, { label, color, x, y: series.smoothed_values.map(number), hollow }];
}

/**
 * The least and the greatest value of each part of a curve.
 * @param {Series} series
 * @param {string} color
 * @returns {import("../parts/chart.js").Range}
 */
export function envelope(series, color, parts = 120) {
  const x = places(series);
  const values = series.values.map(number);
  /** @type {import("../parts/chart.js").Range} */
  const range = { color, x: [], low: [], high: [] };
  const size = Math.max(1, Math.ceil(x.length / parts));
  for (let start = 0; start < x.length; start += size) {
    const finite = values.slice(start, start + size + 1).filter(Number.isFinite);
    if (finite.length === 0) continue;
    range.x.push(x[start]);
    range.low.push(Math.min(...finite));
    range.high.push(Math.max(...finite));
  }
  return range;
}

/**
 * The lists of a series that have an entry for each of its points.
 * @type {("epochs"|"steps"|"values"|"smoothed_values"|"times"|"relative_times"|"attempts")[]}
 */
const COLUMNS = ["epochs", "steps", "values", "smoothed_values", "times", "relative_times", "attempts"];

/**
 * A series of some of the points of another, which `indices` name in the order that they are to have.
 * @param {Series} series
 * @param {number[]} indices
 * @returns {Series}
 */
function picked(series, indices) {
  const lists = COLUMNS.flatMap((name) => { const list = series[name]; return list ? [[name, indices.map((index) => list[index])]] : []; });
  return { ...series, ...Object.fromEntries(lists) };
}

/**
 * A curve by attempts: what counts, and apart from it what later attempts superseded.
 * @param {Series} series
 * @param {import("./types.js").AttemptRecord[]} attempts the session's, with their first steps
 * @returns {{current: Series, superseded: Series[]}}
 */
export function byAttempts(series, attempts) {
  const { attempts: own } = series;
  if (!own) return { current: series, superseded: [] };
  const isCurrent = own.map((attempt, index) => !attempts.some((later) => later.attempt > attempt && later.first_step !== undefined && later.first_step <= series.steps[index]));
  const x = places(series);
  const pick = (/** @type {(index: number) => boolean} */ keep) =>
    picked(series, own.map((_, index) => index).filter(keep).sort((one, other) => x[one] - x[other]));
  const old = [...new Set(own.filter((_, index) => !isCurrent[index]))];
  return { current: pick((index) => isCurrent[index]), superseded: old.map((attempt) => pick((index) => !isCurrent[index] && own[index] === attempt)) };
}
