/** Models: names for checkpoints, what each alias points at, since when, and why. */

import { html, useEffect, useState } from "../core/preact.js";
import { address, get, send } from "../core/api.js";
import { ago, short, size, time } from "../core/format.js";
import { useNow, useReading } from "../core/reading.js";
import { go, link } from "../core/route.js";
import { AliasDialog, aliasPath } from "../parts/alias.js";
import { Copyable, Dialog, Fault } from "../parts/small.js";
import { Lineage } from "./models/lineage.js";

/**
 * @typedef {import("../core/types.js").ModelAlias} ModelAlias
 * @typedef {import("../core/types.js").ModelDocument} ModelDocument
 * @typedef {import("../core/types.js").ModelSummary} ModelSummary
 */

/** How often models are read again, in milliseconds; no feed tells of them. */
const PERIOD = 5000;

/**
 * Who changed something: the name that they gave, or the log's actor.
 * @param {{by?: string, actor: string}} change
 */
const who = (change) => change.by ?? change.actor;

function List() {
  const { value, error, reload } = useReading((signal) => get("/models", { limit: 1000 }, signal), []);
  const [isNew, setNew] = useState(false);
  const now = useNow(10_000);
  useEffect(() => { const timer = setInterval(reload, PERIOD); return () => clearInterval(timer); }, []);
  const models = value?.models ?? [];
  return html`<div class="section stack"><div class="row"><h1 class="grow">Models</h1>
      <button class="primary" onClick=${() => setNew(true)}>Name a checkpoint</button></div>
    <${Fault} error=${error} />
    ${value && models.length === 0 && html`<p class="note">There is no model yet. A model is a name for checkpoints of any sessions: name one here, or under
      Checkpoints on a session's page.</p>`}
    ${models.length > 0 && html`<div class="card scroll" tabindex="0"><table class="plain"><thead><tr><th>Model</th><th>Aliases</th><th>Changed</th>
      </tr></thead>
      <tbody>${models.map((/** @type {ModelSummary} */ model) => html`<tr key=${model.name}>
        <th scope="row"><a href=${link(["models", model.name])}>${model.name}</a></th>
        <td class="break">${model.aliases.map((one) => html`<span key=${one.alias} class="row"><a class="tag"
          href=${link(["models", model.name], { alias: one.alias })}>${one.alias}</a>
          <code>${one.checkpoint_id}</code> <span class="quiet">of</span> <a class="within"
            href=${link(["session", one.session_id], { tab: "checkpoints" })}>${one.session_id}</a></span>`)}</td>
        <td class="when" title=${time(model.updated_at)}>${ago(model.updated_at, now)}</td></tr>`)}</tbody></table></div>`}
    ${isNew && html`<${AliasDialog} onClose=${() => setNew(false)} onDone=${(/** @type {ModelAlias} */ alias) => go(link(["models", alias.model]))} />`}
      </div>`;
}

/** @param {{model: ModelDocument, reload: () => void}} props */
function Aliases({ model, reload }) {
  const [moved, setMoved] = useState(/** @type {ModelAlias|null} */ (null));
  const [doomed, setDoomed] = useState(/** @type {ModelAlias|null} */ (null));
  const [reason, setReason] = useState("");
  const remove = async (/** @type {ModelAlias} */ doomed) => {
    await send("DELETE", aliasPath(model.name, doomed.alias), undefined, { reason: reason.trim(), expected_checkpoint_id: doomed.checkpoint_id });
    reload();
  };
  return html`<div class="card scroll" tabindex="0"><table class="plain"><thead><tr><th>Alias</th><th>Checkpoint</th><th class="num">Epoch</th>
    <th class="num">Metric</th>
      <th class="num">Size</th><th>Digest</th><th>Since</th><th>Why</th><th><span class="hidden">Actions</span></th></tr></thead>
    <tbody>${model.aliases.map((one) => html`<tr key=${one.alias}>
      <th scope="row"><span class="tag">${one.alias}</span></th>
      <td class="break"><code>${one.checkpoint_id}</code><div><a href=${link(["session", one.session_id], { tab: "checkpoints" })}>${one.session_id}
        </a></div></td>
      <td class="num">${one.epoch}</td>
      <td class="num" title=${one.metric_value}>${one.metric_name && html`<span class="quiet">${one.metric_name}</span> ${short(one.metric_value)}`}
        </td>
      <td class="num">${size(one.file_size_bytes)}</td>
      <td><${Copyable} text=${one.digest} shown=${one.digest.slice(7, 19) + "…"} /></td>
      <td class="when">${time(one.set_at)}</td><td class="break">${one.reason}<div class="quiet">${who(one)}</div></td>
      <td class="row"><a class="button" download href=${address(`/checkpoints/${encodeURIComponent(one.checkpoint_id)}/download`)}
        aria-label=${"Download " + one.alias}>Download</a>
        <a class="button" href=${link(["models", model.name], { alias: one.alias })}>Lineage</a>
        <button onClick=${() => setMoved(one)} aria-label=${"Move " + one.alias}>Move…</button>
        <button class="plain" onClick=${() => { setReason(""); setDoomed(one); }} aria-label=${"Remove " + one.alias}>Remove…</button></td></tr>`)}
          </tbody></table>
    ${model.aliases.length === 0 && html`<p class="padded quiet">It has no alias any more; what there was stands below.</p>`}
    ${moved && html`<${AliasDialog} model=${model.name} alias=${moved.alias} now=${moved.checkpoint_id} onClose=${() => setMoved(null)}
      onDone=${reload} />`}
    ${doomed && html`<${Dialog} title=${`Remove the alias ${doomed.alias}?`} confirm="Remove" danger disabled=${!reason.trim()}
      onClose=${() => setDoomed(null)} onConfirm=${() => remove(doomed)}>
      <p>Whoever asks for it gets nothing. The checkpoint stays.</p>
      <label class="field">Why<input type="text" value=${reason} onInput=${(/** @type {FieldEvent} */ event) => setReason(event.target.value)} /></label>
        </${Dialog}>`}</div>`;
}

/** @param {{name: string, query: Record<string, string>}} props */
function Model({ name, query }) {
  const { value: model, error, reload } = useReading((signal) => /** @type {Promise<ModelDocument>} */ (get("/models/" + encodeURIComponent(name), { limit: 200 }, signal)), [name]);
  const [isNew, setNew] = useState(false);
  useEffect(() => { const timer = setInterval(reload, PERIOD); return () => clearInterval(timer); }, []);
  return html`<div class="section stack"><div class="row"><h1 class="grow"><a href="#/models">Models</a> / ${name}</h1>
      <button onClick=${() => setNew(true)}>New alias</button></div>
    <${Fault} error=${error} />
    ${model && html`<${Aliases} model=${model} reload=${reload} />
      ${query.alias && html`<${Lineage} key=${query.alias} model=${name} alias=${query.alias} />`}
      <section class="card"><header><h2 class="grow">History</h2><span class="quiet">${model.total} ${model.total === 1 ? "change" : "changes"}</span>
        </header>
        <div class="scroll" tabindex="0"><table class="plain"><thead><tr><th>When</th><th>Alias</th><th>What</th><th>Why</th><th>Who</th>
          <th class="num">Position</th></tr></thead>
        <tbody>${model.history.map((one) => html`<tr key=${one.position}><td class="when">${time(one.changed_at)}</td><td>
          <span class="tag">${one.alias}</span></td>
          <td class="break">${one.action === "removed" ? html`removed` : html`<code>${one.checkpoint_id}</code> of <a class="within"
            href=${link(["session", one.session_id ?? ""])}>${one.session_id}</a>`}
            ${one.previous_checkpoint_id && html`<div class="quiet">before, <code>${one.previous_checkpoint_id}</code></div>`}</td>
          <td class="break">${one.reason}</td><td>${who(one)}</td>
          <td class="num"><a href=${link(["audit"], { position: one.position })} title="Verify its record">${one.position.toLocaleString("en")}</a>
            </td></tr>`)}</tbody></table></div></section>`}
    ${isNew && html`<${AliasDialog} model=${name} onClose=${() => setNew(false)} onDone=${reload} />`}</div>`;
}

/** @param {{route: import("../core/route.js").Route}} props */
export function Models({ route }) {
  const name = route.path[1];
  return name ? html`<${Model} name=${name} query=${route.query} />` : html`<${List} />`;
}
