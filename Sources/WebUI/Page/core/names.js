/**
 * The names that filters and columns can use: of params, metrics, results, tags, experiments and groups that sessions have, as far as
 * the page has seen them, and of the configuration's keys.
 */

import { get } from "./api.js";

/** @typedef {import("./types.js").Session} Session */

/** @type {Record<"params"|"metrics"|"results"|"config"|"tags"|"experiment"|"group"|"name", Set<string>>} */
export const names = {
  params: new Set(), metrics: new Set(), results: new Set(), config: new Set(), tags: new Set(), experiment: new Set(), group: new Set(), name: new Set(),
};

/** The most names of a kind that are kept: the first of many are enough to choose from. */
const MOST = 5000;

/**
 * @param {Set<string>} known
 * @param {string} name
 */
function add(known, name) { if (known.size < MOST) known.add(name); }

/**
 * Learns the names that sessions of a list show.
 * @param {Session[]} sessions
 */
export function learn(sessions) {
  for (const session of sessions) {
    for (const name of Object.keys(session.latest_metrics)) add(names.metrics, name);
    for (const name of session.nonfinite_metrics ?? []) add(names.metrics, name);
    for (const tag of session.tags) add(names.tags, tag);
    if (session.experiment) add(names.experiment, session.experiment);
    if (session.group) add(names.group, session.group);
    for (const name of Object.keys(session.params ?? {})) add(names.params, name);
  }
}

const asked = new Set();

/**
 * Learns the names of params, configuration and results of some sessions; each is asked for once.
 * @param {string[]} ids of which at most ten are asked for
 */
export async function learnParams(ids) {
  const fresh = ids.filter((id) => !asked.has(id)).slice(0, 10);
  if (fresh.length === 0) return;
  for (const id of fresh) asked.add(id);
  if (fresh.length === 1) {
    const session = await get("/training/sessions/" + fresh[0], { consistency: "stale" });
    for (const name of Object.keys(session.params ?? {})) names.params.add(name);
    for (const result of session.results ?? []) names.results.add(result.name);
    return;
  }
  const answer = await get("/compare", { sessions: fresh, all: true });
  for (const section of answer.sections) {
    if (section.name === "params") for (const row of section.rows) names.params.add(row.key);
    if (section.name.startsWith("config")) for (const row of section.rows) names.config.add(row.key);
    if (section.name === "results") for (const row of section.rows) names.results.add(row.key);
  }
}

/**
 * A field of the filter language; parts of a name that need quotes have them.
 * @param {string} kind
 * @param {string} name
 */
export const field = (kind, name) => `${kind}.${quotedName(name)}`;

/** @param {string} name */
export const quotedName = (name) => (/^[\w.\-/@:%]+$/.test(name) ? name : JSON.stringify(name));

/**
 * A text of the filter language.
 * @param {string|number|boolean} value
 */
export const quotedText = (value) => (typeof value === "string" ? JSON.stringify(value) : String(value));
