/** The rules by which alerts rise. */

import { html, useState } from "../../core/preact.js";
import { get, send } from "../../core/api.js";
import { duration, short } from "../../core/format.js";
import { useReading } from "../../core/reading.js";
import { link } from "../../core/route.js";
import { SEVERITY } from "../../parts/alerts.js";
import { attempt, Dialog, Fault } from "../../parts/small.js";
import { RuleDialog } from "./rule.js";

/** @typedef {import("../../core/types.js").AlertRule} AlertRule */

/**
 * When a rule's alert rises, as a sentence.
 * @param {AlertRule} rule
 */
export function sentence(rule) {
  const about = rule.metric ?? "";
  const held = [rule.for_points > 1 && `for ${rule.for_points} points`, rule.for_seconds > 0 && `for ${duration(rule.for_seconds)}`].filter(Boolean).join(" and ");
  /** @type {Record<string, string>} */
  const conditions = {
    greater_than: `${about} is above ${short(rule.threshold)}`,
    less_than: `${about} is below ${short(rule.threshold)}`,
    is_nan: `${about} is NaN or infinite`,
    no_improvement: `${about} has not become better for ${rule.window} ${rule.unit ?? "epochs"}`,
    increases_by: `${about} exceeds the median of the ${rule.window} points before by ${short(100 * (rule.threshold ?? 0))} %`,
    no_report: `a session that runs has reported nothing for ${duration(rule.silence_seconds ?? 0)}`,
    training_started: "a training starts", training_completed: "a training completes",
    training_failed: "a training fails", training_stopped: "a training is stopped",
  };
  const until = rule.resolve_threshold === undefined ? "" : `, until it is back at ${short(rule.resolve_threshold)}`;
  return [conditions[rule.condition] ?? rule.condition, held].filter(Boolean).join(" ") + until;
}

const ORIGINS = { api: "", server: "in the server's configuration", shipped: "comes with PIVOT" };

/** @param {{query: Record<string, string>}} props */
export function Rules({ query }) {
  const { value, error, reload } = useReading((signal) => get("/alerts/rules", { limit: 1000 }, signal), []);
  const [edited, setEdited] = useState(/** @type {AlertRule|"new"|null} */ (null));
  const [doomed, setDoomed] = useState(/** @type {AlertRule|null} */ (null));
  /** @type {AlertRule[]} */
  const rules = value?.rules ?? [];
  const path = (/** @type {AlertRule} */ rule) => "/alerts/rules/" + encodeURIComponent(rule.rule_id);
  const enable = (/** @type {AlertRule} */ rule) => attempt(() => send("PATCH", path(rule), { enabled: !rule.enabled })).then(reload);
  return html`<div class="section stack">
    <div class="row"><span class="grow quiet">A rule watches metrics, machines, this server or what happens to sessions. Rules of one
      session can also stand in its configuration, under <code>alerts</code>.</span>
      <button class="primary" onClick=${() => setEdited("new")}>New rule</button></div>
    <${Fault} error=${error} />
    <div class="card scroll" tabindex="0"><table class="plain">
      <thead><tr><th>Rule</th><th>Rises when</th><th>Severity</th><th>Does</th><th>Status</th><th><span class="hidden">Actions</span></th></tr>
        </thead>
      <tbody>${rules.map((rule) => html`<tr key=${rule.rule_id} class=${rule.rule_id === query.id ? "chosen" : ""}>
        <td class="break"><b>${rule.name}</b><div class="quiet">${ORIGINS[rule.origin]}</div></td>
        <td class="break">${sentence(rule)}
          ${(rule.filter || rule.session_id) && html`<div class="quiet">only
            ${" "}${rule.session_id ? html`<a href=${link(["session", rule.session_id])}>${rule.session_id}</a>` : html`<code>${rule.filter}</code>`}
              </div>`}</td>
        <td><span class=${"badge " + SEVERITY[rule.severity]}>${rule.severity}</span></td>
        <td class="break">${rule.actions.map((one) => (one === "tag" ? `tag ${rule.tag}` : one)).join(", ")}</td>
        <td><span class=${"badge " + (rule.enabled ? "completed" : "")}>${rule.enabled ? "enabled" : "disabled"}</span></td>
        <td class="row"><button onClick=${() => enable(rule)}
          aria-label=${`${rule.enabled ? "Disable" : "Enable"} ${rule.name}`}>${rule.enabled ? "Disable" : "Enable"}</button>
          ${rule.origin !== "server" && html`
            <button onClick=${() => setEdited(rule)} aria-label=${"Edit " + rule.name}>Edit…</button>
            <button class="plain" onClick=${() => setDoomed(rule)} aria-label=${"Delete " + rule.name}>Delete…</button>`}
          <a class="button plain" href=${link(["alerts"], { rule: rule.rule_id, status: "all" })}>its alerts</a></td>
      </tr>`)}</tbody></table>
      ${value && rules.length === 0 && html`<p class="padded quiet">There is none: nothing is watched.</p>`}</div>
    ${edited && html`<${RuleDialog} rule=${edited === "new" ? null : edited} onClose=${() => setEdited(null)} onDone=${reload} />`}
    ${doomed && html`<${Dialog} title=${`Delete the rule ${doomed.name}?`} confirm="Delete" danger onClose=${() => setDoomed(null)}
      onConfirm=${async () => { await send("DELETE", path(doomed)); reload(); }}>
      <p>Alerts that rose by it are resolved. The log keeps them, and the rule.</p></${Dialog}>`}</div>`;
}
