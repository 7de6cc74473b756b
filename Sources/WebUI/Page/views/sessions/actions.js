/** What can be done with the sessions that are chosen. */

import { html, useState } from "../../core/preact.js";
import { queryText, send, sessionPath } from "../../core/api.js";
import { csv, save } from "../../core/format.js";
import { names } from "../../core/names.js";
import { go, link } from "../../core/route.js";
import { Dialog, Menu, tell } from "../../parts/small.js";

/** @typedef {import("../../core/types.js").Session} Session */

/**
 * Does something to many sessions, four at a time, and tells how it went.
 * @param {string[]} ids
 * @param {string} verb
 * @param {(id: string) => Promise<any>} action
 */
async function forAll(ids, verb, action) {
  let failed = 0;
  let first = "";
  const left = [...ids];
  const work = async () => {
    for (let id = left.pop(); id !== undefined; id = left.pop()) {
      try { await action(id); } catch (error) { failed += 1; first ||= /** @type {Error} */ (error).message; }
    }
  };
  await Promise.all([work(), work(), work(), work()]);
  if (failed) tell(`${failed} of ${ids.length} could not be ${verb}: ${first}`, "bad");
  else tell(`${ids.length} ${ids.length === 1 ? "session was" : "sessions were"} ${verb}.`, "good");
}

/**
 * What can be done with the sessions that are chosen.
 * @param {{chosen: Map<string, Session>, shown: import("../../parts/columns.js").Column[], at?: string, clear: () => void, refresh: () => void}} props
 */
export function Actions({ chosen, shown, at, clear, refresh }) {
  const [dialog, setDialog] = useState("");
  const [tag, setTag] = useState("");
  const ids = [...chosen.keys()];
  const running = [...chosen.values()].filter((session) => ["queued", "running", "created"].includes(session.status));
  const busy = [...chosen.values()].filter((session) => ["queued", "running", "stopping"].includes(session.status));
  const done = () => { setDialog(""); refresh(); };
  const table = () => save("sessions.csv", csv([["session_id", ...shown.map((one) => one.label)], ...[...chosen.values()].map((session) => [session.session_id, ...shown.map((one) => one.value(session))])]));
  return html`
    <span aria-live="polite"><b>${ids.length}</b> selected</span>
    <button class="primary" disabled=${ids.length < 2 || ids.length > 100} title="From 2 to 100 sessions"
      onClick=${() => go(link(["compare"], { ids: ids.join(","), at }))}>Compare</button>
    ${!at && html`<button onClick=${() => setDialog("tag")}>Tag…</button>
      <button disabled=${running.length === 0} onClick=${() => setDialog("stop")}>Stop…</button>
      <button disabled=${busy.length === ids.length} onClick=${() => setDialog("archive")}>Archive…</button>`}
    <${Menu} label="Export">${(close) => html`
      <button class="plain" onClick=${() => { table(); close(); }}>These rows as CSV</button><br />
      <a class="button plain" download
        href=${"/api/v1/metrics/history" + queryText({ session_ids: ids, format: "csv", as_of: at })}>All points as CSV</a><br />
      <a class="button plain" download
        href=${"/api/v1/metrics/history" + queryText({ session_ids: ids, format: "npz", as_of: at })}>All points as numpy arrays</a>`}</${Menu}>
    <button class="plain" onClick=${clear}>Clear</button>
    ${dialog === "tag" && html`<${Dialog} title=${`Tag ${ids.length} sessions`} confirm="Add the tag" disabled=${!tag.trim()}
      onClose=${() => setDialog("")}
      onConfirm=${async () => { await forAll(ids, "tagged", (id) => send("PATCH", sessionPath(id), { tags: [...new Set([...(chosen.get(id)?.tags ?? []), tag.trim()])] })); done(); }}>
      <label class="field">Tag<input type="text" list="known-tags" value=${tag} onInput=${(event) => setTag(event.target.value)} /></label>
      <datalist id="known-tags">${[...names.tags].map((one) => html`<option value=${one}></option>`)}</datalist></${Dialog}>`}
    ${dialog === "stop" && html`<${Dialog} title=${`Stop ${running.length} ${running.length === 1 ? "session" : "sessions"}?`} confirm="Stop" danger
      onClose=${() => setDialog("")}
      onConfirm=${async () => { await forAll(running.map((session) => session.session_id), "asked to stop", (id) => send("POST", sessionPath(id, "/stop"), undefined, { wait: 0 })); done(); }}>
      <p>Running ones save a checkpoint within their current step and can be resumed from it. Those that have not begun are stopped without one.</p>
        </${Dialog}>`}
    ${dialog === "archive" && html`<${Dialog} title=${`Archive ${ids.length - busy.length} sessions?`} confirm="Archive"
      onClose=${() => setDialog("")}
      onConfirm=${async () => { await forAll(ids.filter((id) => !busy.some((session) => session.session_id === id)), "archived", (id) => send("DELETE", sessionPath(id))); clear(); done(); }}>
      <p>Lists leave them out unless archived ones are shown. Nothing is erased, and each can be taken back.${busy.length > 0 && ` ${busy.length} that are not over stay.`}</p></${Dialog}>`}`;
}
