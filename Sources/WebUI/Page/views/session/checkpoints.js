/** The session's checkpoints, what they cost, and what can be done with them. */

import { html, useEffect, useState } from "../../core/preact.js";
import { get, send, address } from "../../core/api.js";
import { short, size, time } from "../../core/format.js";
import { throttled, useReading } from "../../core/reading.js";
import { go, link } from "../../core/route.js";
import { AliasDialog } from "../../parts/alias.js";
import { Copyable, Dialog, Fault } from "../../parts/small.js";

/** @param {import("../props.js").SessionPart} props */
export function Checkpoints({ session, at, bus, query }) {
  const all = query.attempts === "all";
  const { value, error, reload } = useReading(
    (signal) => /** @type {Promise<{checkpoints: import("../../core/types.js").Checkpoint[]}>} */ (
      get("/checkpoints", { session_id: session.session_id, attempts: all ? "all" : undefined, as_of: at ?? undefined }, signal)), [session.session_id, all, at]);
  const [asked, setAsked] = useState(null);
  const [named, setNamed] = useState(/** @type {any} */ (null));
  useEffect(() => {
    const again = throttled(reload, 700);
    const stop = bus.on((frame) => { if (!["metrics", "host", "log"].includes(frame.type)) again(); });
    return () => { stop(); again.cancel(); };
  }, []);
  const list = [...(value?.checkpoints ?? [])].reverse();
  const files = list.reduce((sum, one) => sum + one.file_size_bytes, 0);
  const stored = list.reduce((sum, one) => sum + one.stored_size_bytes, 0);
  return html`<div class="section stack"><${Fault} error=${error} />
    ${value && list.length === 0 && html`<p class="quiet">No checkpoint ${at === null ? "is" : "was"} saved.</p>`}
    ${list.length > 0 && html`<p class="quiet">
      ${list.length} checkpoints of ${size(files)} take ${size(stored)} of the disk, ${short(stored / files)} for each byte.</p>
    <div class="card scroll" tabindex="0"><table class="plain"><thead><tr><th class="num">Epoch</th><th class="num">Step</th>
      <th class="num">${session.monitor ?? "Metric"}</th><th>File</th><th class="num">Size</th><th class="num">Stored</th>
      <th class="num">Ratio</th><th>Digest</th><th>Saved</th><th></th></tr></thead>
    <tbody>${list.map((one) => html`<tr key=${one.checkpoint_id}>
      <th scope="row" class="num">${one.epoch}</th><td class="num">${one.step ?? ""}</td>
        <td class="num" title=${one.metric_value}>${short(one.metric_value)}</td>
      <td class="break">${one.file_name} ${one.marks.map((mark) => html`<span class=${"badge " + (mark === "best" ? "completed" : "")}>${mark}
        </span> `)}${one.superseded && html`<span class="badge">superseded</span>`}</td>
      <td class="num">${size(one.file_size_bytes)}</td><td class="num">${size(one.stored_size_bytes)}</td>
        <td class="num">${short(Number((one.stored_size_bytes / one.file_size_bytes).toPrecision(2)))}</td>
      <td><${Copyable} text=${one.digest} shown=${one.digest.slice(7, 19) + "…"} /></td><td class="when">${time(one.created_at)}</td>
      <td class="row"><a class="button" download href=${address(`/checkpoints/${one.checkpoint_id}/download`)}
        aria-label=${"Download the checkpoint of epoch " + one.epoch}>Download</a>
        ${session.trainer !== "external" && one.resumable && html`<a class="button"
          href=${link(["create"], { from: session.session_id, checkpoint: one.checkpoint_id })}>Start from it</a>`}
        ${at === null && html`<button class="plain" onClick=${() => setNamed(one)}
          aria-label=${"Name the checkpoint of epoch " + one.epoch}>Name…</button>`}
        ${at === null && !session.archived && html`<button class="plain" onClick=${() => setAsked(one)}
          aria-label=${"Delete the checkpoint of epoch " + one.epoch}>Delete…</button>`}</td></tr>`)}</tbody></table></div>`}
    ${named && html`<${AliasDialog} checkpoint=${named.checkpoint_id} onClose=${() => setNamed(null)}
      onDone=${(/** @type {import("../../core/types.js").ModelAlias} */ alias) => go(link(["models", alias.model], { alias: alias.alias }))} />`}
    ${asked && html`<${Dialog} title=${`Delete the checkpoint of epoch ${asked.epoch}?`} confirm="Delete" danger onClose=${() => setAsked(null)}
      onConfirm=${async () => { await send("DELETE", "/checkpoints/" + asked.checkpoint_id); reload(); }}>
      <p>Its file is erased; what other files share with it stays. The log keeps that it existed.${session.resume_checkpoint_id === asked.checkpoint_id && " The next attempt would have continued from it."}</p></${Dialog}>`}
  </div>`;
}
