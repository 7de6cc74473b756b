/** Sessions in groups, with the mean and spread of their numbers. */

import { html, useEffect, useState } from "../core/preact.js";
import { get } from "../core/api.js";
import { listen } from "../core/feed.js";
import { csv, number, save, short } from "../core/format.js";
import { learn, learnParams, names, field, quotedText } from "../core/names.js";
import { throttled, useReading } from "../core/reading.js";
import { link } from "../core/route.js";
import { Fault } from "../parts/small.js";
import { question } from "./sessions/question.js";

/** @typedef {import("../core/types.js").Session} Session */

/** The most sessions that are put into groups. */
const MOST = 5000;

/**
 * The mean, the spread (of a sample) and the number of the finite values.
 * @param {unknown[]} values
 */
export function spread(values) {
  const finite = values.map(number).filter(Number.isFinite);
  const count = finite.length;
  const mean = finite.reduce((sum, value) => sum + value, 0) / count;
  const std = count > 1 ? Math.sqrt(finite.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (count - 1)) : NaN;
  return { count, mean, std };
}

/**
 * @param {Record<string, string>} query
 * @param {string[]} fields
 * @param {AbortSignal} signal
 */
async function readAll(query, fields, signal) {
  /** @type {Session[]} */
  const sessions = [];
  let total = 0;
  do {
    /** @type {import("../core/types.js").SessionList} */
    const answer = await get("/training/sessions", { ...question(query), columns: fields, limit: 1000, offset: sessions.length }, signal);
    total = answer.total;
    sessions.push(...answer.sessions);
    if (answer.sessions.length === 0) break;
  } while (sessions.length < Math.min(total, MOST));
  return { sessions, total };
}

/** @param {{query: Record<string, string>}} props */
export function Groups({ query }) {
  const [metrics, setMetrics] = useState(/** @type {string[]} */ ([]));
  const chosen = (query.columns ?? "").split(",").filter((id) => /^(metrics|results|params)\./.test(id) && id !== query.by);
  const fields = chosen.length ? chosen : metrics;
  const own = query.by === "experiment" || query.by === "group" || query.by === "tags";
  const { value, error, isLoading, reload } = useReading((signal) => readAll(query, own ? fields : [...fields, query.by], signal), [JSON.stringify(query), fields.join()]);
  useEffect(() => {
    if (!value) return;
    learn(value.sessions);
    learnParams(value.sessions.slice(0, 10).map((session) => session.session_id)).catch(() => {});
    if (chosen.length || metrics.length) return;
    const monitors = new Set(value.sessions.flatMap((session) => session.monitor ?? []).filter((name) => names.metrics.has(name)));
    setMetrics([...monitors].slice(0, 3).flatMap((name) => [field("metrics", name), field("metrics", name) + ".best"]));
  }, [value]);
  useEffect(() => {
    if (query.at) return undefined;
    const again = throttled(reload, 3000);
    const stop = listen((frame) => { if (frame.session_id || frame.type === "resync") again(); });
    return () => { stop(); again.cancel(); };
  }, [query.at]);
  /** @type {Map<any, Session[]>} */
  const groups = new Map();
  for (const session of value?.sessions ?? []) {
    const keys = query.by === "tags" ? (session.tags.length ? session.tags : [undefined]) : [own ? session[query.by === "group" ? "group" : "experiment"] : session.columns?.[query.by]];
    for (const key of keys) {
      const some = groups.get(key);
      if (some) some.push(session); else groups.set(key, [session]);
    }
  }
  const rows = [...groups].map(([key, sessions]) => ({ key, sessions, numbers: fields.map((name) => spread(sessions.map((session) => session.columns?.[name]))) }));
  rows.sort((one, other) => other.sessions.length - one.sessions.length || String(one.key).localeCompare(String(other.key)));
  const filterOf = (/** @type {string} */ key) => {
    const condition = key === undefined ? (query.by === "tags" ? 'not (tags ~ "")' : `not (${query.by} exists)`) : `${query.by} = ${quotedText(key)}`;
    return query.filter ? `(${query.filter}) and ${condition}` : condition;
  };
  const table = () => save("groups.csv", csv([[query.by, "sessions", ...fields.flatMap((name) => [name + " mean", name + " std", name + " n"])],
    ...rows.map((row) => [row.key ?? "", row.sessions.length, ...row.numbers.flatMap((one) => [one.mean, one.std, one.count])])]));
  return html`<div class="section stack">
    <${Fault} error=${error} />
    ${value && value.total > MOST && html`<p class="note warn">
      ${value.total.toLocaleString("en")} sessions match; the groups are of the first ${MOST.toLocaleString("en")}. Narrow the filter to have all.</p>`}
    <div class="card scroll" tabindex="0"><table class="plain"><caption class="hidden">Groups by ${query.by}</caption>
      <thead><tr><th scope="col">${query.by}</th>
        <th scope="col" class="num">Sessions</th>${fields.map((name) => html`<th scope="col" class="num"
          key=${name}>${name.replace("metrics.", "")} (mean ± std)</th>`)}<th></th></tr></thead>
      <tbody>${rows.slice(0, 500).map((row) => html`<tr key=${String(row.key)}>
        <th scope="row"><a
          href=${link(["sessions"], { ...query, by: "", filter: filterOf(row.key) })}>${row.key === undefined ? "none" : String(row.key)}</a></th>
        <td class="num">${row.sessions.length}</td>
        ${row.numbers.map((one, index) => html`<td class="num"
          key=${fields[index]}>${one.count ? html`${short(one.mean)} <span class="quiet">± ${Number.isFinite(one.std) ? short(Number(one.std.toPrecision(2))) : "–"}</span>` : ""}</td>`)}
        <td>${row.sessions.length > 1 && html`<a
          href=${link(["compare"], { at: query.at, ids: row.sessions.slice(0, 100).map((session) => session.session_id).join(","), color: "session" })}>compare</a>`}</td>
      </tr>`)}</tbody></table></div>
    <p class="row">${isLoading && !value && html`<span class="quiet">reading…</span>`}
      ${value && html`<span class="quiet">
        ${rows.length} groups of ${value.sessions.length.toLocaleString("en")} sessions. The spread is that of a sample (n − 1). Choose numbers with Columns.</span>
      <button onClick=${table}>Save as CSV</button>`}</p>
  </div>`;
}
