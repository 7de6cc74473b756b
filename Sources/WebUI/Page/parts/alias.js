/** The question of what a model's alias is to point at, and why. */

import { html, useState } from "../core/preact.js";
import { send } from "../core/api.js";
import { useKept } from "../core/reading.js";
import { Dialog } from "./small.js";

/**
 * The address of an alias.
 * @param {string} model
 * @param {string} alias
 */
export const aliasPath = (model, alias) => `/models/${encodeURIComponent(model)}/aliases/${encodeURIComponent(alias)}`;

/**
 * @param {{model?: string, alias?: string, checkpoint?: string, now?: string, onClose: () => void, onDone: (alias: import("../core/types.js").ModelAlias) => void}} props
 *   `now` is the checkpoint that the alias is shown to point at; when it is another one meanwhile, the server refuses.
 */
export function AliasDialog({ model = "", alias = "", checkpoint = "", now, onClose, onDone }) {
  const [who, keepWho] = useKept("who", "");
  const [form, setForm] = useState({ model, alias, checkpoint: now ? "" : checkpoint, reason: "", by: who });
  const typed = (/** @type {string} */ name) => (/** @type {FieldEvent} */ event) => setForm({ ...form, [name]: event.target.value });
  const confirm = async () => {
    keepWho(form.by.trim());
    onDone(await send("PUT", aliasPath(form.model.trim(), form.alias.trim()), {
      checkpoint_id: form.checkpoint.trim(), reason: form.reason.trim(), by: form.by.trim() || undefined, expected_checkpoint_id: now,
    }));
  };
  const isReady = [form.model, form.alias, form.checkpoint, form.reason].every((one) => one.trim());
  return html`<${Dialog} title=${now ? `Move ${model} ${alias}?` : "Name a checkpoint"} confirm=${now ? "Move" : "Name it"} disabled=${!isReady}
    onConfirm=${confirm} onClose=${onClose}>
    ${now ? html`<p>It points at <code>${now}</code>. Whoever asks for <b>${alias}
      </b> gets the other one from now on; the log keeps both, and why.</p>`
    : html`<p class="quiet">A model is a name for checkpoints of any sessions; its aliases, such as production, say which is which.</p>
      <div class="fields"><label class="field">Model<input type="text" placeholder="liver-segmentation" value=${form.model}
        onInput=${typed("model")} /></label>
        <label class="field">Alias<input type="text" placeholder="production" value=${form.alias} onInput=${typed("alias")} /></label></div>`}
    <label class="field">Checkpoint<input type="text" class="mono" placeholder="ckpt_…" value=${form.checkpoint} onInput=${typed("checkpoint")} />
      </label>
    <label class="field">Why<input type="text" value=${form.reason} onInput=${typed("reason")} /></label>
    <label class="field">Who you are<input type="text" autocomplete="name" value=${form.by} onInput=${typed("by")} /></label>
  </${Dialog}>`;
}
