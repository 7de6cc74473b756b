/** Alerts: what is wrong, and what was; and the rules by which they rise. */

import { html, useEffect } from "../core/preact.js";
import { get } from "../core/api.js";
import { listen } from "../core/feed.js";
import { throttled, useReading } from "../core/reading.js";
import { change, link } from "../core/route.js";
import { AlertTable } from "../parts/alerts.js";
import { Position } from "../parts/asof.js";
import { Fault } from "../parts/small.js";
import { Rules } from "./alerts/rules.js";

/** @type {Record<string, string>} what can be chosen, and what the server is asked for */
const STATUSES = { open: "active,acknowledged", active: "active", acknowledged: "acknowledged", resolved: "resolved", all: "" };
const SEVERITIES = ["low", "medium", "high", "critical"];
/** How many more are asked for at a time. */
const PAGE = 100;

/** @param {{query: Record<string, string>}} props */
function List({ query }) {
  const shown = query.status && query.status in STATUSES ? query.status : "open";
  const limit = Math.min(1000, Number(query.limit) || PAGE);
  const question = {
    status: STATUSES[shown], severity: query.severity, session_id: query.session, rule_id: query.rule, as_of: query.at, limit,
  };
  const { value, error, isLoading, reload } = useReading((signal) => get("/alerts", question, signal), [JSON.stringify(question)]);
  useEffect(() => {
    const again = throttled(reload, 500);
    const stop = listen((frame) => { if (frame.type === "alert" || frame.type === "resync") again(); });
    return () => { stop(); again.cancel(); };
  }, []);
  const alerts = value?.alerts ?? [];
  const choose = (/** @type {string} */ name) => (/** @type {FieldEvent} */ event) => change({ [name]: event.target.value });
  const isAsked = query.severity || query.session || query.rule || shown !== "open";
  return html`<div class="toolbar">
      <label>Status <select aria-label="Status" value=${shown} onChange=${choose("status")}>
        ${Object.keys(STATUSES).map((name) => html`<option key=${name} value=${name}>${name === "open" ? "not over" : name}</option>`)}</select>
          </label>
      <label>Severity <select aria-label="Severity" value=${query.severity ?? ""} onChange=${choose("severity")}>
        <option value="">any</option>${SEVERITIES.map((name) => html`<option key=${name} value=${name}>${name}</option>`)}</select></label>
      <label>Session <input type="search" aria-label="Session" placeholder="any" value=${query.session ?? ""} onChange=${choose("session")} /></label>
      ${query.rule && html`<button onClick=${() => change({ rule: "" })}>Only by ${query.rule} ×</button>`}
      <${Position} at=${query.at} />
      <span class="quiet" aria-live="polite">${isLoading && !value ? "reading…"
    : value && `${value.active_count} active, ${value.acknowledged_count} acknowledged`}</span></div>
    <div class="section stack"><${Fault} error=${error} />
      ${value && alerts.length === 0 ? html`<div class="note good">${isAsked ? "No alert matches." : "Nothing is wrong."}
        ${" "}${isAsked ? html`<a href="#/alerts">All that are not over</a>` : html`<a href=${link(["alerts"], { status: "all" })}>What was</a>`}
          </div>`
    : html`<${AlertTable} alerts=${alerts} isFixed=${query.at !== undefined} reload=${reload} />`}
      ${alerts.length === limit && limit < 1000 && html`<p><button onClick=${() => change({ limit: limit + PAGE })}>More</button></p>`}
    </div>`;
}

/** @param {{route: import("../core/route.js").Route}} props */
export function Alerts({ route }) {
  const { query } = route;
  const isRules = query.tab === "rules";
  return html`<div class="head"><h1>Alerts</h1></div>
    <nav class="tabs" aria-label="Alerts and rules">
      <a href="#/alerts" aria-current=${isRules ? undefined : "page"}>Alerts</a>
      <a href="#/alerts?tab=rules" aria-current=${isRules ? "page" : undefined}>Rules</a></nav>
    ${isRules ? html`<${Rules} query=${query} />` : html`<${List} query=${query} />`}`;
}
