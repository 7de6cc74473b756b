/** Alerts as a table, in which they are acknowledged and resolved. */

import { html, useState } from "../core/preact.js";
import { send } from "../core/api.js";
import { ago, short, time } from "../core/format.js";
import { useKept, useNow } from "../core/reading.js";
import { link } from "../core/route.js";
import { Dialog } from "./small.js";

/** @typedef {import("../core/types.js").Alert} Alert */

/**
 * How a severity and a status look.
 * @type {Record<string, string>}
 */
export const SEVERITY = { low: "", medium: "queued", high: "failed", critical: "failed critical" };
/** @type {Record<string, string>} */
const STATUS = { active: "failed", acknowledged: "queued", resolved: "completed" };

/** @type {Record<string, string>} */
const ENDINGS = { recovered: "recovered", session_ended: "the session ended", rule_changed: "the rule was changed", by_hand: "by hand" };

/**
 * Who has seen an alert, and why it is over.
 * @param {{alert: Alert}} props
 */
function History({ alert }) {
  return html`
    ${alert.acknowledged_at && html`<div class="quiet">seen ${alert.acknowledged_by ? "by " + alert.acknowledged_by : ""}
      <span title=${time(alert.acknowledged_at)}> ${ago(alert.acknowledged_at)}</span></div>`}
    ${alert.resolved_at && html`<div class="quiet">over ${ago(alert.resolved_at)}:
      ${" "}${ENDINGS[alert.resolution ?? ""] ?? alert.resolution}${alert.resolved_by ? ", " + alert.resolved_by : ""}
      ${alert.last_value !== undefined && html`, at ${short(alert.last_value)}`}</div>`}
    ${alert.notes && html`<div class="break">${alert.notes}</div>`}`;
}

/**
 * A question of who somebody is and what they say, before an alert is acknowledged or resolved.
 * @param {{alert: Alert, verb: "acknowledge"|"resolve", onClose: () => void, reload: () => void}} props
 */
function Remark({ alert, verb, onClose, reload }) {
  const [who, keepWho] = useKept("who", "");
  const [by, setBy] = useState(who);
  const [notes, setNotes] = useState("");
  const confirm = async () => {
    keepWho(by.trim());
    await send("POST", `/alerts/${encodeURIComponent(alert.alert_id)}/${verb}`, { by: by.trim() || undefined, notes: notes.trim() || undefined });
    reload();
  };
  const isResolved = verb === "resolve";
  return html`<${Dialog} title=${isResolved ? "Resolve the alert?" : "Acknowledge the alert?"}
    confirm=${isResolved ? "Resolve" : "Acknowledge"} onConfirm=${confirm} onClose=${onClose}>
    <p><b>${alert.rule_name}</b>: ${alert.message}</p>
    <p class="quiet">${isResolved
    ? "It counts as over. Should its condition come to hold again, it rises again."
    : "Others see that somebody has seen it. It stays until it is over."}</p>
    <label class="field">Who you are<input type="text" autocomplete="name" value=${by} onInput=${(event) => setBy(event.target.value)} /></label>
    <label class="field">Remark<input type="text" value=${notes} onInput=${(event) => setNotes(event.target.value)} /></label>
  </${Dialog}>`;
}

/**
 * The place that shows why an alert rose: the chart of its metric, or the session.
 * @param {Alert} alert
 */
const cause = (alert) => link(["session", alert.session_id ?? ""], alert.condition.startsWith("training_") || !alert.metric ? { tab: "overview" } : { find: alert.metric });

/**
 * @param {{alerts: Alert[], isFixed?: boolean, hasSession?: boolean, reload: () => void}} props
 *   `isFixed` when they are shown as they were; `hasSession` when each is to tell its session.
 */
export function AlertTable({ alerts, isFixed = false, hasSession = true, reload }) {
  const [asked, setAsked] = useState(/** @type {{alert: Alert, verb: "acknowledge"|"resolve"}|null} */ (null));
  const now = useNow(10_000);
  return html`<div class="card scroll" tabindex="0"><table class="plain">
    <thead><tr><th>Severity</th><th>Alert</th><th>Status</th>${hasSession && html`<th>Session</th>`}<th class="num">Value</th>
      <th>Rose</th><th><span class="hidden">Actions</span></th></tr></thead>
    <tbody>${alerts.map((alert) => html`<tr key=${alert.alert_id}>
      <td><span class=${"badge " + SEVERITY[alert.severity]}>${alert.severity}</span></td>
      <td class="break"><a href=${link(["alerts"], { tab: "rules", id: alert.rule_id })}><b>${alert.rule_name}</b></a>
        <div class="break">${alert.message}</div></td>
      <td><span class=${"badge " + STATUS[alert.status]}>${alert.status}</span><${History} alert=${alert} /></td>
      ${hasSession && html`<td class="break">${alert.session_id
    ? html`<a href=${cause(alert)}>${alert.session_id}</a>` : html`<a href="#/server">the server</a>`}
        ${alert.step ? html`<div class="quiet">step ${alert.step.toLocaleString("en")}</div>` : null}</td>`}
      <td class="num">${short(alert.value)}</td>
      <td class="when" title=${`${time(alert.triggered_at)}, position ${alert.position}`}>${ago(alert.triggered_at, now)}</td>
      <td class="row">
        ${!isFixed && alert.status === "active" && html`
          <button onClick=${() => setAsked({ alert, verb: "acknowledge" })}>Acknowledge…</button>`}
        ${!isFixed && alert.status !== "resolved" && html`
          <button class="plain" onClick=${() => setAsked({ alert, verb: "resolve" })}>Resolve…</button>`}</td>
    </tr>`)}</tbody></table>
    ${asked && html`<${Remark} ...${asked} onClose=${() => setAsked(null)} reload=${reload} />`}
  </div>`;
}
