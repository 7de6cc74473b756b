/** Sessions as they were at a position of the log, with the columns that lists have for now. */

import { get, sessionPath } from "./api.js";
import { flatten } from "./configuration.js";
import { field } from "./names.js";

/** @typedef {import("./types.js").Session} Session @typedef {import("./types.js").EventRecord} EventRecord @typedef {import("./types.js").Artifact} Artifact */

/** The most events of a session's lifecycle that the past of its files goes by. */
export const MOST_EVENTS = 20_000;

/** What of the session's files was there at a position, by its events; null means now. @param {EventRecord[]|undefined} events @param {number|null} at */
export function past(events, at) {
  if (!events || at === null) return null;
  const checkpoints = new Set();
  const artifacts = new Map();
  let when = "";
  for (const event of events) {
    if (event.position > at) break;
    when = event.recorded_at;
    if (event.type === "session.checkpoint_saved") checkpoints.add(event.data.checkpoint_id);
    if (event.type === "session.checkpoint_deleted") checkpoints.delete(event.data.checkpoint_id);
    if (event.type === "session.artifact_saved") artifacts.set(event.data.path, event.data.digest);
    if (event.type === "session.artifact_deleted") artifacts.delete(event.data.path);
  }
  return { checkpoints, artifacts, when };
}

/** Files as they were: those that were there, in the version of that time. @param {Artifact[]} artifacts @param {ReturnType<typeof past>} then null for now */
export const asOf = (artifacts, then) => (then === null ? artifacts
  : artifacts.filter((one) => then.artifacts.has(one.path)).map((one) => ({ ...one, digest: then.artifacts.get(one.path) })));

/** What a session's document says, by the fields of the filter language. @param {Session} session */
function columnsOf(session) {
  const columns = {};
  for (const [name, value] of Object.entries(session.params ?? {})) columns[field("params", name)] = value;
  for (const [name, value] of Object.entries({ ...session.latest_metrics, ...session.final_metrics })) columns[field("metrics", name)] = value;
  for (const result of session.results ?? []) columns[field("results", result.name)] = result.value;
  return columns;
}

/**
 * The sessions that existed at a position, as they were then.
 * @param {string[]} ids
 * @param {number} at
 * @param {AbortSignal} signal
 * @returns {Promise<Session[]>}
 */
export async function sessionsThen(ids, at, signal) {
  const found = await Promise.all(ids.map((id) => get(sessionPath(id), { as_of: at }, signal).catch((error) => {
    if (error.status === 404) return null;
    throw error;
  })));
  return found.filter((session) => session !== null).map((session) => ({ ...session, columns: columnsOf(session) }));
}

/**
 * A comparison of sessions as they were, in the form in which the server compares them as they are.
 * @param {Session[]} sessions with their configurations and columns
 * @param {boolean} all whether equal values are included
 */
export function compareThen(sessions, all) {
  const sections = [];
  let equal = 0;
  let different = 0;
  const add = (name, tables) => {
    const keys = [...new Set(tables.flatMap((table) => Object.keys(table)))].sort();
    const rows = keys.map((key) => ({ key, values: tables.map((table) => table[key] ?? null) }))
      .map((row) => ({ ...row, equal: row.values.every((value) => JSON.stringify(value) === JSON.stringify(row.values[0])) }));
    equal += rows.filter((row) => row.equal).length;
    different += rows.filter((row) => !row.equal).length;
    sections.push({ name, rows: rows.filter((row) => all || !row.equal) });
  };
  add("lifecycle", sessions.map((session) => ({ status: session.status, epoch: session.current_epoch, step: session.current_step, attempt: session.attempt })));
  add("params", sessions.map((session) => session.params ?? {}));
  add("metrics", sessions.map((session) => ({ ...session.latest_metrics, ...session.final_metrics })));
  add("configuration", sessions.map((session) => Object.fromEntries(flatten(session.config ?? {}))));
  add("environment", sessions.map((session) => session.provenance ?? {}));
  return { sessions, sections: sections.filter((section) => section.rows.length), equal_count: equal, different_count: different };
}
