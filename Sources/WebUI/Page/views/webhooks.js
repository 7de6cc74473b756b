/** Webhooks: where events are sent, whether they arrived, and a test. */

import { html, useEffect, useState } from "../core/preact.js";
import { get, send } from "../core/api.js";
import { short, time } from "../core/format.js";
import { useReading } from "../core/reading.js";
import { change, link } from "../core/route.js";
import { attempt, Dialog, Fault } from "../parts/small.js";

/**
 * @typedef {import("../core/types.js").Webhook} Webhook
 * @typedef {import("../core/types.js").Delivery} Delivery
 */

const EVENTS = ["training_started", "training_completed", "training_failed", "training_stopped", "epoch_completed", "checkpoint_saved", "reproduction_reported"];
const FORMATS = ["pivot", "slack", "discord", "teams", "ntfy"];
/** @type {Record<string, string>} */
const KIND = { active: "completed", delivered: "completed", failing: "failed", failed: "failed", retrying: "queued", pending: "queued", no_transport: "failed", disabled: "stopped" };

/** @param {{onClose: () => void, onDone: (made: Webhook) => void}} props */
function NewWebhook({ onClose, onDone }) {
  const [url, setUrl] = useState("");
  const [events, setEvents] = useState(["training_completed", "training_failed"]);
  const [format, setFormat] = useState("pivot");
  const [filter, setFilter] = useState("");
  const toggle = (/** @type {string} */ name) => setEvents(events.includes(name) ? events.filter((one) => one !== name) : [...events, name]);
  return html`<${Dialog} title="New webhook" confirm="Create" disabled=${!url.trim() || events.length === 0} onClose=${onClose}
    onConfirm=${async () => onDone(await send("POST", "/webhooks", { url: url.trim(), events, format, filter: filter.trim() || undefined, generate_secret: format === "pivot" && !url.startsWith("mailto:") ? true : undefined }))}>
    <label class="field">Address<input type="text" placeholder="https://… or mailto:…" value=${url}
      onInput=${(event) => setUrl(event.target.value)} /></label>
    <fieldset class="row"><legend>Events</legend>${EVENTS.map((name) => html`<label key=${name}><input type="checkbox"
      checked=${events.includes(name)} onChange=${() => toggle(name)} />${name}</label>`)}</fieldset>
    <label class="field">Form<select value=${format} onChange=${(event) => setFormat(event.target.value)}>${FORMATS.map((name) => html`<option
      value=${name}>${name}</option>`)}</select></label>
    <label class="field">Only of sessions for which this holds<input type="text" class="mono" placeholder="experiment = lung" value=${filter}
      onInput=${(event) => setFilter(event.target.value)} /></label></${Dialog}>`;
}

/** @param {{id: string}} props */
function Deliveries({ id }) {
  const [status, setStatus] = useState("");
  const [shown, setShown] = useState(null);
  const { value, error, reload } = useReading(
    (signal) => /** @type {Promise<{deliveries: Delivery[]}>} */ (get(`/webhooks/${encodeURIComponent(id)}/deliveries`, { status, limit: 200 }, signal)), [id, status]);
  useEffect(() => { const timer = setInterval(reload, 5000); return () => clearInterval(timer); }, []);
  const again = (/** @type {Delivery} */ delivery) => attempt(() => send("POST", `/webhooks/${id}/deliveries/${delivery.id}/redeliver`), "It is sent again.").then(reload);
  const show = async (/** @type {Delivery} */ delivery) => setShown(shown?.id === delivery.id ? null : await attempt(() => get(`/webhooks/${id}/deliveries/${delivery.id}`)));
  return html`<section class="card"><header><h2 class="grow">Deliveries</h2>
    <label>Status <select value=${status} onChange=${(event) => setStatus(event.target.value)}><option value="">all</option>
      ${["delivered", "retrying", "failed", "pending"].map((name) => html`<option>${name}</option>`)}</select></label></header>
    <${Fault} error=${error} /><div class="scroll" tabindex="0"><table class="plain"><thead><tr><th>Event</th><th>Session</th>
      <th>Status</th><th class="num">Tries</th><th class="num">Answer</th><th class="num">ms</th><th>When</th><th></th></tr></thead>
      <tbody>
    ${(value?.deliveries ?? []).map((one) => html`<tr key=${one.id}><td>${one.event}</td>
      <td><a href=${link(["session", one.session_id])}>${one.session_id}</a></td>
      <td><span class=${"badge " + (KIND[one.status] ?? "")}>${one.status}</span>${one.error_message && html`<div class="quiet break">
        ${one.error_message}</div>`}
      ${shown?.id === one.id && html`<pre>${shown.body}</pre>`}</td><td class="num">${one.attempts}</td>
        <td class="num">${one.status_code ?? ""}</td><td class="num">${short(one.response_time_ms)}</td>
        <td class="when">${time(one.last_attempt_at ?? one.created_at)}</td>
      <td class="row"><button class="plain" onClick=${() => show(one)}>what is sent</button>
        <button class="plain" onClick=${() => again(one)}>send again</button></td></tr>`)}</tbody></table>
    ${value && value.deliveries.length === 0 && html`<p class="padded quiet">Nothing was sent yet.</p>`}</div></section>`;
}

/** @param {{route: import("../core/route.js").Route}} props */
export function Webhooks({ route }) {
  const { value, error, reload } = useReading((signal) => /** @type {Promise<{webhooks: Webhook[]}>} */ (get("/webhooks", { limit: 1000 }, signal)), []);
  const [dialog, setDialog] = useState(/** @type {any} */ (null));
  const [made, setMade] = useState(null);
  const chosen = route.query.id;
  useEffect(() => { const timer = setInterval(reload, 5000); return () => clearInterval(timer); }, []);
  const test = async (/** @type {Webhook} */ hook) => {
    const answer = await attempt(() => send("POST", `/webhooks/${hook.webhook_id}/test`));
    if (answer) await attempt(async () => { if (!answer.success) throw new Error(`The test did not arrive: ${answer.error_message ?? "the answer was " + answer.status_code}`); }, `The test arrived: ${answer.status_code ?? "accepted"} after ${short(answer.response_time_ms)} ms.`);
  };
  const enable = (/** @type {Webhook} */ hook) => attempt(() => send("PATCH", "/webhooks/" + hook.webhook_id, { enabled: !hook.enabled })).then(reload);
  return html`<div class="section stack"><div class="row"><h1 class="grow">Webhooks</h1>
    <button class="primary" onClick=${() => setDialog("new")}>New webhook</button></div><${Fault} error=${error} />
    ${made?.secret && html`<p class="note good">The secret that signs its requests: <code>${made.secret}</code></p>`}
    <div class="card scroll" tabindex="0"><table class="plain"><thead><tr><th>Address</th><th>Events</th><th>Status</th>
      <th class="num">Delivered</th><th class="num">Failed</th><th>Last try</th><th></th></tr></thead><tbody>
      ${(value?.webhooks ?? []).filter((hook) => hook.status !== "deleted").map((hook) => html`<tr key=${hook.webhook_id}
        class=${hook.webhook_id === chosen ? "chosen" : ""}><td class="break"><a href=${link(["webhooks"], { id: hook.webhook_id })}>${hook.url}</a>
        <div class="quiet">${hook.format}${hook.signed && ", signed"}${hook.filter && html`, if <code>${hook.filter}</code>`}</div></td>
        <td class="break">${hook.events.join(", ")}</td>
          <td><span class=${"badge " + (KIND[hook.status] ?? "")}>${hook.status.replaceAll("_", " ")}</span>
            ${hook.message && html`<div class="quiet break">${hook.message}</div>`}</td>
          <td class="num">${hook.delivered_count}</td><td class="num">${hook.failed_count}</td>
          <td class="when">${time(hook.last_attempt_at)}</td>
        <td class="row"><button onClick=${() => test(hook)}>Test</button>
          <button onClick=${() => enable(hook)}>${hook.enabled ? "Pause" : "Go on"}</button>
          <button class="plain" onClick=${() => setDialog(hook)}>Delete…</button></td></tr>`)}</tbody></table>
      ${value && value.webhooks.length === 0 && html`<p class="padded quiet">None yet. A webhook sends events to an address, as signed requests, as messages of Slack, Discord, Teams or ntfy, or as mail.</p>`}</div>
    ${chosen && html`<${Deliveries} key=${chosen} id=${chosen} />`}
    ${dialog === "new" && html`<${NewWebhook} onClose=${() => setDialog(null)}
      onDone=${(hook) => { setMade(hook); reload(); change({ id: hook.webhook_id }); }} />`}
    ${dialog?.webhook_id && html`<${Dialog} title="Delete the webhook?" confirm="Delete" danger onClose=${() => setDialog(null)}
      onConfirm=${async () => { await send("DELETE", "/webhooks/" + dialog.webhook_id); change({ id: "" }); reload(); }}>
      <p>Nothing more is sent to ${dialog.url}. The log keeps what was sent.</p></${Dialog}>`}</div>`;
}
