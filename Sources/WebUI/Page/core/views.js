/** What several views show of a session. */

/**
 * The verbs of the log's events, as people say them.
 * @param {string} type such as `session.epoch_completed`
 */
export const eventName = (type) => {
  const words = type.replace(/^(session|telemetry)\./, "").replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
};

/**
 * What an event says beyond its name, in a line.
 * @param {import("./types.js").EventRecord} event
 */
export function eventText(event) {
  const { data } = event;
  const parts = [];
  if (data.epoch !== undefined) parts.push(`epoch ${data.epoch}`);
  if (data.step !== undefined) parts.push(`step ${data.step}`);
  if (data.attempt !== undefined) parts.push(`attempt ${data.attempt}`);
  for (const name of ["name", "path", "checkpoint_id", "host", "message", "reason", "early_stop_reason", "verdict", "outcome"]) {
    if (typeof data[name] === "string" && data[name]) parts.push(data[name]);
  }
  if (Array.isArray(data.tags)) parts.push(data.tags.join(", "));
  if (typeof data.notes === "string") parts.push(data.notes.slice(0, 120));
  if (Array.isArray(data.metrics)) parts.push(`${data.metrics.length} metrics`);
  if (Array.isArray(data.facts)) parts.push(`${data.facts.length} facts`);
  if (Array.isArray(data.params)) parts.push(data.params.map((/** @type {{name: string}} */ one) => one.name).slice(0, 8).join(", "));
  return parts.join(" · ");
}

/**
 * A group of metrics: what stands before the first `/`.
 * @param {string} name
 */
export const prefixOf = (name) => (name.includes("/") ? name.slice(0, name.indexOf("/")) : "");

/**
 * Metrics by their prefix, those without one first.
 * @template {{name: string}} T
 * @param {T[]} metrics
 * @returns {[string, T[]][]}
 */
export function byPrefix(metrics) {
  const groups = new Map();
  for (const metric of metrics) {
    const prefix = prefixOf(metric.name);
    if (!groups.has(prefix)) groups.set(prefix, []);
    groups.get(prefix).push(metric);
  }
  return [...groups].sort(([one], [other]) => one.localeCompare(other));
}
