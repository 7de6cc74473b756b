/** Sessions in groups, with the mean and spread of their numbers, which the server computes. */

import { html, useEffect, useState } from "../core/preact.js";
import { get } from "../core/api.js";
import { listen } from "../core/feed.js";
import { csv, number, save, short } from "../core/format.js";
import { learn, names, field, quotedText } from "../core/names.js";
import { throttled, useReading } from "../core/reading.js";
import { link } from "../core/route.js";
import { Fault } from "../parts/small.js";
import { question } from "./sessions/question.js";

/** @typedef {import("../core/types.js").SessionGroupList} SessionGroupList */

/** The most groups that are shown. */
const MOST = 500;

/**
 * The groups that the address asks for.
 * @param {Record<string, string>} query
 * @param {string[]} fields
 * @param {AbortSignal} signal
 * @returns {Promise<SessionGroupList>}
 */
function readGroups(query, fields, signal) {
  const { sort: _, ...filters } = question(query);
  return get("/training/sessions/groups", { ...filters, by: query.by, values: fields, statistics: ["mean", "std", "count"], limit: MOST }, signal);
}

/**
 * The metrics that sessions like those of the groups are judged by, and the best values of these.
 * @param {Record<string, string>} query
 * @param {AbortSignal} signal
 */
async function readMonitors(query, signal) {
  /** @type {import("../core/types.js").SessionList} */
  const { sessions } = await get("/training/sessions", { ...question(query), limit: 100 }, signal);
  learn(sessions);
  const monitors = new Set(sessions.flatMap((session) => session.monitor ?? []).filter((name) => names.metrics.has(name)));
  return [...monitors].slice(0, 3).flatMap((name) => [field("metrics", name), field("metrics", name) + ".best"]);
}

/** @param {{query: Record<string, string>}} props */
export function Groups({ query }) {
  const [metrics, setMetrics] = useState(/** @type {string[]} */ ([]));
  const chosen = (query.columns ?? "").split(",").filter((id) => /^(metrics|results|params)\./.test(id) && id !== query.by).slice(0, 20);
  const fields = chosen.length ? chosen : metrics;
  const { value, error, isLoading, reload } = useReading((signal) => readGroups(query, fields, signal), [JSON.stringify(query), fields.join()]);
  useEffect(() => {
    if (chosen.length || metrics.length) return undefined;
    const reading = new AbortController();
    // Without them the groups have their numbers of sessions.
    readMonitors(query, reading.signal).then(setMetrics).catch(() => {});
    return () => reading.abort();
  }, [JSON.stringify(query)]);
  useEffect(() => {
    if (query.at) return undefined;
    const again = throttled(reload, 3000);
    const stop = listen((frame) => { if (frame.session_id || frame.type === "resync") again(); });
    return () => { stop(); again.cancel(); };
  }, [query.at]);
  // The last answer may be of other fields than those that are asked for now.
  const shown = (value?.groups[0]?.values ?? []).map((one) => one.field);
  const rows = (value?.by === query.by ? value.groups : []).map((one) => ({
    key: one.group, count: one.sessions, ids: one.session_ids, numbers: one.values.map((stats) => ({ count: stats.count, mean: number(stats.mean), std: number(stats.std) })),
  }));
  const filterOf = (/** @type {string|undefined} */ key) => {
    const condition = key === undefined ? (query.by === "tags" ? 'not (tags ~ "")' : `not (${query.by} exists)`) : `${query.by} = ${quotedText(key)}`;
    return query.filter ? `(${query.filter}) and ${condition}` : condition;
  };
  const table = () => save("groups.csv", csv([[query.by, "sessions", ...shown.flatMap((name) => [name + " mean", name + " std", name + " n"])],
    ...rows.map((row) => [row.key ?? "", row.count, ...row.numbers.flatMap((one) => [one.mean, one.std, one.count])])]));
  return html`<div class="section stack">
    <${Fault} error=${error} />
    ${value && value.total > MOST && html`<p class="note warn">
      There are ${value.total.toLocaleString("en")} groups; these are the first ${MOST.toLocaleString("en")}. Narrow the filter to have all.</p>`}
    <div class="card scroll" tabindex="0"><table class="plain"><caption class="hidden">Groups by ${query.by}</caption>
      <thead><tr><th scope="col">${query.by}</th>
        <th scope="col" class="num">Sessions</th>${shown.map((name) => html`<th scope="col" class="num"
          key=${name}>${name.replace("metrics.", "")} (mean ± std)</th>`)}<th></th></tr></thead>
      <tbody>${rows.map((row) => html`<tr key=${String(row.key)}>
        <th scope="row"><a
          href=${link(["sessions"], { ...query, by: "", filter: filterOf(row.key) })}>${row.key === undefined ? "none" : String(row.key)}</a></th>
        <td class="num">${row.count}</td>
        ${row.numbers.map((one, index) => html`<td class="num"
          key=${shown[index]}>${one.count ? html`${short(one.mean)} <span class="quiet">± ${Number.isFinite(one.std) ? short(Number(one.std.toPrecision(2))) : "–"}</span>` : ""}</td>`)}
        <td>${row.count > 1 && html`<a
          href=${link(["compare"], { at: query.at, ids: row.ids.join(","), color: "session" })}>compare</a>`}</td>
      </tr>`)}</tbody></table></div>
    <p class="row">${isLoading && !value && html`<span class="quiet">reading…</span>`}
      ${value && html`<span class="quiet">
        ${rows.length} groups of ${value.total_sessions.toLocaleString("en")} sessions. The spread is that of a sample (n − 1). Choose numbers with Columns.</span>
      <button onClick=${table}>Save as CSV</button>`}</p>
  </div>`;
}
