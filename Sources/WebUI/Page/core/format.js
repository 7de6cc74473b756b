/** How numbers, times and sizes are written. */

/** @typedef {import("./types.js").MetricValue} MetricValue */

/**
 * A value of a metric as a number; the API writes those that JSON lacks as strings.
 * @param {unknown} value
 */
export function number(value) {
  if (typeof value === "number") return value;
  if (value === "Infinity") return Infinity;
  if (value === "-Infinity") return -Infinity;
  return NaN;
}

/**
 * A number with about four digits that count.
 * @param {unknown} value
 */
export function short(value) {
  if (value === undefined || value === null) return "";
  if (typeof value !== "number") {
    if (value === "Infinity") return "∞";
    if (value === "-Infinity") return "−∞";
    return typeof value === "string" ? value : JSON.stringify(value);
  }
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  if (Number.isInteger(value) && Math.abs(value) < 1e7) return signed(String(Math.abs(value)), value);
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e6)) return signed(size.toExponential(3).replace("e+", "e").replace(/\.?0+e/, "e"), value);
  return signed(String(Number(size.toPrecision(4))), value);
}

/** @param {string} text @param {number} value */
const signed = (text, value) => (value < 0 ? "−" + text : text);

/**
 * A value of any kind, whole.
 * @param {unknown} value
 */
export function whole(value) {
  if (value === undefined || value === null) return "";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** @param {number} bytes */
export function size(bytes) {
  if (bytes === undefined || bytes === null) return "";
  const units = ["B", "kB", "MB", "GB", "TB"];
  let amount = bytes;
  let unit = 0;
  while (amount >= 1000 && unit < units.length - 1) { amount /= 1000; unit += 1; }
  return `${unit === 0 || amount >= 100 ? Math.round(amount) : amount.toFixed(1)} ${units[unit]}`;
}

/**
 * A span of seconds.
 * @param {number} seconds
 */
export function duration(seconds) {
  if (!Number.isFinite(seconds)) return "";
  if (seconds < 10) return seconds.toFixed(1) + " s";
  const rest = Math.round(seconds);
  if (rest < 60) return rest + " s";
  if (rest < 3600) return `${Math.floor(rest / 60)} min ${String(rest % 60).padStart(2, "0")} s`;
  if (rest < 86400) return `${Math.floor(rest / 3600)} h ${String(Math.floor((rest % 3600) / 60)).padStart(2, "0")} min`;
  return `${Math.floor(rest / 86400)} d ${Math.floor((rest % 86400) / 3600)} h`;
}

/** @param {number} value */
const two = (value) => String(value).padStart(2, "0");

/**
 * A time of day and date in the reader's zone.
 * @param {string|number|Date|undefined} value
 */
export function time(value) {
  if (value === undefined || value === null) return "";
  const at = new Date(value);
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
}

/**
 * How long ago something was.
 * @param {string|undefined} value
 * @param {number} now milliseconds
 */
export function ago(value, now = Date.now()) {
  if (!value) return "";
  const seconds = (now - Date.parse(value)) / 1000;
  if (seconds < 45) return "just now";
  if (seconds < 3600) return Math.max(1, Math.round(seconds / 60)) + " min ago";
  if (seconds < 86400) return Math.round(seconds / 3600) + " h ago";
  if (seconds < 30 * 86400) return Math.round(seconds / 86400) + " d ago";
  return time(value).slice(0, 10);
}

/**
 * The seconds that a session has taken.
 * @param {import("./types.js").Session} session
 * @param {number} now milliseconds
 */
export function secondsOf(session, now = Date.now()) {
  if (!session.started_at) return NaN;
  const isOver = ["completed", "failed", "stopped"].includes(session.status);
  const end = isOver ? Date.parse(session.completed_at ?? session.stopped_at ?? session.updated_at) : now;
  return Math.max(0, (end - Date.parse(session.started_at)) / 1000);
}

/** The colours of series, told apart also by readers who see few colours. */
export const COLORS = ["#3b7ddd", "#e0762f", "#2a9d5c", "#c0417e", "#8a63d2", "#a8861b", "#16979e", "#d0483f", "#6b7785", "#5f8f29"];
/** @param {number} index */
export const color = (index) => COLORS[index % COLORS.length];

/**
 * Rows as CSV; cells that a spreadsheet would take for a formula are kept as texts.
 * @param {unknown[][]} rows
 */
export function csv(rows) {
  const cell = (/** @type {unknown} */ value) => {
    let text = whole(value);
    if (typeof value === "string" && /^[=+\-@\t\r]/.test(text)) text = "'" + text;
    return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return rows.map((row) => row.map(cell).join(",")).join("\r\n") + "\r\n";
}

/**
 * Hands a file to the browser.
 * @param {string} name
 * @param {Blob|string} content
 * @param {string} [type]
 */
export function save(name, content, type = "text/csv") {
  const blob = content instanceof Blob ? content : new Blob([content], { type });
  const anchor = document.createElement("a");
  anchor.href = URL.createObjectURL(blob);
  anchor.download = name.replace(/[^\w.-]+/g, "_");
  anchor.click();
  setTimeout(() => URL.revokeObjectURL(anchor.href), 10_000);
}
