/** Several sessions side by side. The address holds which, and everything that was chosen. */

import { html, useEffect, useMemo, useState } from "../core/preact.js";
import { get, sessionsOf } from "../core/api.js";
import { listen } from "../core/feed.js";
import { color } from "../core/format.js";
import { field, learn } from "../core/names.js";
import { throttled, useKept, useReading } from "../core/reading.js";
import { scaleOf, shade } from "../core/statistics.js";
import { change, go, link } from "../core/route.js";
import { Position } from "../parts/asof.js";
import { Fault } from "../parts/small.js";
import { Curves } from "./compare/curves.js";
import { Differences } from "./compare/differences.js";
import { Parallel } from "./compare/parallel.js";
import { Scatter } from "./compare/scatter.js";
import { Correlation } from "./compare/correlation.js";
import { Images } from "./compare/images.js";

/**
 * @typedef {import("../core/types.js").Session} Session
 * @typedef {import("./props.js").Compared} Compared
 */

/** @type {Record<string, [string, (props: import("./props.js").ComparePart) => any]>} */
const TABS = {
  curves: ["Curves", Curves], differences: ["Differences", Differences], parallel: ["Parallel coordinates", Parallel], scatter: ["Scatter", Scatter],
  correlation: ["Correlation", Correlation], images: ["Images", Images],
};

/** The most sessions that are compared. */
const MOST = 100;

/**
 * The ids of the sessions that the address names, one by one or by a filter.
 * @param {Record<string, string>} query
 * @param {AbortSignal} signal
 */
async function idsOf(query, signal) {
  if (query.ids) return query.ids.split(",").slice(0, MOST);
  const answer = await get("/training/sessions", { filter: query.filter, limit: 20, as_of: query.at }, signal);
  return answer.sessions.map((/** @type {Session} */ session) => session.session_id);
}

/**
 * The names of the params and results of some sessions.
 * @param {string[]} ids
 * @param {string|undefined} at
 * @param {AbortSignal} signal
 */
async function namesOf(ids, at, signal) {
  /** @type {Set<string>} */
  const params = new Set();
  /** @type {Set<string>} */
  const results = new Set();
  // The comparison names what at most ten sessions have; sessions of one study share their names.
  for (let start = 0; start < Math.min(ids.length, 30); start += 10) {
    const some = ids.slice(start, start + 10);
    if (some.length === 1) {
      const session = await get("/training/sessions/" + some[0], { as_of: at }, signal);
      for (const name of Object.keys(session.params ?? {})) params.add(name);
      for (const result of session.results ?? []) results.add(result.name);
      continue;
    }
    const answer = await get("/compare", { sessions: some, all: true, as_of: at }, signal);
    for (const section of answer.sections) {
      if (section.name === "params") for (const row of section.rows) params.add(row.key);
      if (section.name === "results") for (const row of section.rows) results.add(row.key);
    }
  }
  return { params: [...params].sort(), results: [...results] };
}

/**
 * Reads the sessions, now or at a position, with what they can be compared by.
 * @param {Record<string, string>} query
 * @param {AbortSignal} signal
 * @returns {Promise<Compared>}
 */
async function readAll(query, signal) {
  const { at } = query;
  const bare = await sessionsOf(await idsOf(query, signal), [], { at, signal });
  if (bare.length === 0) return { sessions: [], params: [], metrics: [], monitors: [], results: [] };
  learn(bare);
  const ids = bare.map((session) => session.session_id);
  const found = await namesOf(ids, at, signal);
  const named = [...new Set(bare.flatMap((session) => Object.keys(session.latest_metrics)))].sort();
  const monitored = [...new Set(bare.map((session) => session.monitor))].filter((name) => name !== undefined && named.includes(name));
  const params = found.params.map((name) => field("params", name));
  const metrics = named.map((name) => field("metrics", name));
  const monitors = monitored.map((name) => field("metrics", String(name)) + ".best");
  const results = found.results.map((name) => field("results", name));
  const columns = [...params, ...metrics, ...monitors, ...results].slice(0, 200);
  return { sessions: await sessionsOf(ids, columns, { at, signal }), params, metrics, monitors, results };
}

/**
 * What a session says to a field.
 * @param {Session} session
 * @param {string} name
 */
export function valueOf(session, name) {
  if (name === "experiment" || name === "group" || name === "status") return session[name];
  if (name === "tags") return session.tags.join(" ");
  return session.columns?.[name];
}

/**
 * The colour of each session, by a field or its place.
 * @param {Session[]} sessions
 * @param {string} by
 * @returns {Map<string, string>}
 */
export function colorsOf(sessions, by) {
  if (!by || by === "session") return new Map(sessions.map((session, index) => [session.session_id, color(index)]));
  const values = sessions.map((session) => valueOf(session, by));
  const distinct = [...new Set(values.map(String))];
  const isContinuous = values.every((value) => typeof value === "number" || value === undefined) && distinct.length > 6;
  const scale = scaleOf(values);
  return new Map(sessions.map((session, index) => [session.session_id,
    isContinuous ? (Number.isNaN(scale.place(values[index])) ? "#8a93a0" : shade(scale.place(values[index]))) : values[index] === undefined ? "#8a93a0" : color(distinct.indexOf(String(values[index])))]));
}

/** @param {{route: import("../core/route.js").Route}} props */
export function Compare({ route }) {
  const { query } = route;
  const { value, error, isLoading, reload } = useReading((signal) => readAll(query, signal), [query.ids, query.filter, query.at]);
  const [, keepLast] = useKept("compare", "");
  const [counter, setCounter] = useState(0);
  useEffect(() => { if (query.ids) keepLast(location.hash); }, [query.ids]);
  const ids = new Set((value?.sessions ?? []).map((session) => session.session_id));
  useEffect(() => {
    if (query.at) return undefined;
    const again = throttled(() => { reload(); setCounter((count) => count + 1); }, 2000);
    const stop = listen((frame) => { if (frame.type === "resync" || ids.has(frame.session_id ?? "")) again(); });
    return () => { stop(); again.cancel(); };
  }, [[...ids].join(), query.at]);
  const sessions = value?.sessions ?? [];
  const by = query.color || "session";
  const colors = useMemo(() => colorsOf(sessions, by), [sessions, by]);
  const tab = query.tab && query.tab in TABS ? query.tab : "curves";
  const View = TABS[tab][1];
  const without = (/** @type {string} */ id) => change({ ids: sessions.map((session) => session.session_id).filter((one) => one !== id).join(",") }, false);
  const fields = ["experiment", "group", "tags", "status", ...(value?.params ?? []), ...(value?.monitors ?? []), ...(value?.results ?? [])];
  return html`
    <div class="toolbar"><h1>Compare</h1>
      <span class="quiet">${isLoading && !value ? "reading…" : `${sessions.length} ${sessions.length === 1 ? "session" : "sessions"}`}</span>
      <label>Colour by <select aria-label="Colour by" value=${by} onChange=${(event) => change({ color: event.target.value })}>
        <option value="session">session</option>${fields.map((name) => html`<option key=${name} value=${name}>${name}</option>`)}</select></label>
      <${Position} at=${query.at} />
      ${!query.ids && value && html`<span class="quiet">The newest ${query.filter ? "that match" : ""}. Select sessions in the <a href="#/sessions">table</a> to choose others.</span>`}
      ${sessions.length > 0 && html`<a class="button"
        href=${link(["sessions"], { at: query.at, filter: `id in (${sessions.map((session) => JSON.stringify(session.session_id)).join(", ")})` })}>As a table</a>`}</div>
    <${Fault} error=${error} />
    <div class="legend" aria-label="Sessions">${sessions.map((session) => html`<span key=${session.session_id} class="row"><a
      href=${link(["session", session.session_id], { at: query.at })}><i class="swatch" style=${{ "--swatch": colors.get(session.session_id) }}></i>
      <span class="clip">${session.session_name}</span>${by !== "session" && html`<span class="quiet">${String(valueOf(session, by) ?? "none")}
        </span>`}</a>
      <button class="plain" aria-label=${"Leave out " + session.session_name} onClick=${() => without(session.session_id)}>×</button></span>`)}</div>
    <nav class="tabs" aria-label="Kinds of comparison">${Object.entries(TABS).map(([name, [label]]) => html`<a key=${name}
      href=${link(["compare"], { ...query, tab: name === "curves" ? "" : name })} aria-current=${name === tab ? "page" : undefined}>${label}</a>`)}
      </nav>
    ${value && sessions.length === 0 && html`<p class="padded">None of these sessions ${query.at ? "existed" : "exist"}. <button
      onClick=${() => go("#/sessions")}>Choose sessions</button></p>`}
    ${sessions.length > 0 && html`<${View} sessions=${sessions} names=${value} query=${query} colors=${colors} counter=${counter} by=${by} />`}`;
}
