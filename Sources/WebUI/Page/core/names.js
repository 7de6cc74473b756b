/**
 * The names that filters and columns can use: of params, metrics, results, tags, experiments and groups that sessions have, as far as
 * the page has seen or asked for them, and of the configuration's keys.
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

/**
 * The kinds of names that the server can list, and those that they are here.
 * @type {Record<string, Set<string>>}
 */
const LISTED = {
  params: names.params, config: names.config, metrics: names.metrics, results: names.results, tags: names.tags, experiments: names.experiment, groups: names.group,
};
/** How long a list of names is good, in milliseconds. */
const GOOD = 30_000;
/**
 * When all names of a kind that begin with a text were listed.
 * @type {Map<string, number>}
 */
const listed = new Map();

/**
 * Learns the names of a kind that begin with a text; whether there were new ones. More than a thousand need a longer beginning.
 * @param {string} kind
 * @param {string} [prefix]
 */
export async function learnNames(kind, prefix = "") {
  const known = LISTED[kind];
  for (let length = 0; length <= prefix.length; length += 1) {
    if (performance.now() - (listed.get(kind + " " + prefix.slice(0, length)) ?? -Infinity) < GOOD) return false;
  }
  const answer = await get("/training/sessions/names", { kind, prefix, limit: 1000, archived: "include", consistency: "stale" });
  if (answer.next === undefined) listed.set(kind + " " + prefix, performance.now());
  const count = known.size;
  for (const one of answer.names) add(known, one.name);
  return known.size > count;
}

/** How many names are known, of all kinds. */
export const knownCount = () => Object.values(LISTED).reduce((sum, known) => sum + known.size, 0);

/** Learns the names of all kinds; whether there were new ones. */
export const learnAllNames = async () => (await Promise.all(Object.keys(LISTED).map((kind) => learnNames(kind)))).some((isNew) => isNew);

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
