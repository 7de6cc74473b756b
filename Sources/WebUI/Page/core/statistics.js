/** Statistics for comparisons. */

import { number } from "./format.js";

/**
 * The ranks of values, the mean of their places for equal ones.
 * @param {number[]} values
 */
export function ranks(values) {
  const order = values.map((value, index) => ({ value, index })).sort((one, other) => one.value - other.value);
  const result = new Array(values.length);
  for (let start = 0; start < order.length;) {
    let end = start;
    while (end + 1 < order.length && order[end + 1].value === order[start].value) end += 1;
    for (let place = start; place <= end; place += 1) result[order[place].index] = (start + end) / 2;
    start = end + 1;
  }
  return result;
}

/**
 * Pearson's correlation of two lists; NaN when one of them does not vary.
 * @param {number[]} x
 * @param {number[]} y
 */
export function correlation(x, y) {
  const count = x.length;
  const mean = (/** @type {number[]} */ list) => list.reduce((sum, value) => sum + value, 0) / count;
  const [mx, my] = [mean(x), mean(y)];
  let [xy, xx, yy] = [0, 0, 0];
  for (let index = 0; index < count; index += 1) {
    xy += (x[index] - mx) * (y[index] - my);
    xx += (x[index] - mx) ** 2;
    yy += (y[index] - my) ** 2;
  }
  return xx > 0 && yy > 0 ? xy / Math.sqrt(xx * yy) : NaN;
}

/**
 * How a field goes with a result: Spearman's rank correlation for numbers, and for texts the share of the result's variance that lies
 * between their values (eta squared).
 * @param {unknown[]} values
 * @param {unknown[]} results
 * @returns {{count: number, kind: "rank"|"share", value: number}}
 */
export function association(values, results) {
  const pairs = values.map((value, index) => ({ value, result: number(results[index]) })).filter((pair) => pair.value !== undefined && pair.value !== null && Number.isFinite(pair.result));
  const count = pairs.length;
  if (pairs.every((pair) => typeof pair.value === "number" && Number.isFinite(pair.value))) {
    return { count, kind: "rank", value: count > 2 ? correlation(ranks(pairs.map((pair) => number(pair.value))), ranks(pairs.map((pair) => pair.result))) : NaN };
  }
  /** @type {Map<string, number[]>} */
  const groups = new Map();
  for (const pair of pairs) groups.set(String(pair.value), [...(groups.get(String(pair.value)) ?? []), pair.result]);
  const mean = pairs.reduce((sum, pair) => sum + pair.result, 0) / count;
  const total = pairs.reduce((sum, pair) => sum + (pair.result - mean) ** 2, 0);
  let between = 0;
  for (const group of groups.values()) between += group.length * (group.reduce((sum, value) => sum + value, 0) / group.length - mean) ** 2;
  return { count, kind: "share", value: count > 2 && total > 0 && groups.size > 1 && groups.size < count ? between / total : NaN };
}

/**
 * A colour between blue and orange by way of grey.
 * @param {number} share from 0 to 1
 */
export function shade(share) {
  const stops = [[49, 104, 189], [120, 170, 190], [225, 190, 110], [217, 95, 40]];
  const place = Math.min(0.9999, Math.max(0, share)) * (stops.length - 1);
  const index = Math.floor(place);
  const mixed = stops[index].map((value, channel) => Math.round(value + (stops[index + 1][channel] - value) * (place - index)));
  return "#" + mixed.map((value) => value.toString(16).padStart(2, "0")).join("");
}

/**
 * A scale of values: numbers by size, or by their logarithm when they span orders of magnitude, and texts side by side.
 * @param {unknown[]} values
 */
export function scaleOf(values) {
  const present = values.filter((value) => value !== undefined && value !== null && value !== "NaN");
  if (present.length > 0 && present.every((value) => Number.isFinite(number(value)))) {
    const numbers = present.map(number);
    const low = Math.min(...numbers);
    const high = Math.max(...numbers);
    const isLog = low > 0 && high / low >= 20;
    const place = (/** @type {unknown} */ value) => {
      const found = number(value);
      if (!Number.isFinite(found)) return NaN;
      if (high === low) return 0.5;
      return isLog ? Math.log(found / low) / Math.log(high / low) : (found - low) / (high - low);
    };
    const distinct = [...new Set(numbers)].sort((one, other) => one - other);
    if (distinct.length <= 5) return { place, ticks: distinct, isLog };
    const ticks = [0, 0.25, 0.5, 0.75, 1].map((share) => (isLog ? low * (high / low) ** share : low + share * (high - low)));
    return { place, ticks: high === low ? [low] : ticks, isLog };
  }
  const texts = [...new Set(present.map(String))].sort();
  return { place: (/** @type {unknown} */ value) => (value === undefined || value === null ? NaN : texts.length === 1 ? 0.5 : texts.indexOf(String(value)) / (texts.length - 1)), ticks: texts.slice(0, 12), isLog: false };
}
