/**
 * The documents that sessions log as files.
 *
 * @typedef {import("./types.js").MetricValue} MetricValue
 *
 * @typedef {Object} Histogram a file of the format pivot.histogram
 * @property {number[]} edges
 * @property {number[]} counts
 * @property {number} total_count
 * @property {number} nan_count
 * @property {number} positive_infinity_count
 * @property {number} negative_infinity_count
 * @property {MetricValue} min
 * @property {MetricValue} max
 * @property {MetricValue} mean
 *
 * @typedef {string|number|boolean|null|{number: string}} Cell
 *
 * @typedef {Object} DataTable a file of the format pivot.table
 * @property {number} row_count
 * @property {{name: string, type: string, values: Cell[]}[]} columns
 */

export {};
