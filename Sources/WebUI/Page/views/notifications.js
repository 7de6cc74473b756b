/** What people are told: trainings that ended, alerts that rose, deliveries that failed. */

import { html, useEffect } from "../core/preact.js";
import { get, send } from "../core/api.js";
import { listen } from "../core/feed.js";
import { ago, time } from "../core/format.js";
import { throttled, useNow, useReading } from "../core/reading.js";
import { change, link } from "../core/route.js";
import { setUnread } from "../core/unread.js";
import { attempt, Fault } from "../parts/small.js";

/** @typedef {import("../core/types.js").Notification} Notification */

/** @type {Record<string, string>} */
const PRIORITY = { low: "", medium: "queued", high: "failed" };
/** How many more are asked for at a time. */
const PAGE = 100;

/**
 * Where a notification leads.
 * @param {Notification} one
 */
function target({ data }) {
  if (data.webhook_id) return link(["webhooks"], { id: data.webhook_id });
  if (data.alert_id) return link(["alerts"], { status: "all", session: data.session_id });
  return data.session_id ? link(["session", data.session_id]) : "#/server";
}

/** @param {{route: import("../core/route.js").Route}} props */
export function Notifications({ route }) {
  const { query } = route;
  const limit = Math.min(1000, Number(query.limit) || PAGE);
  const question = { type: query.type, priority: query.priority, unread: query.unread ? true : undefined, session_id: query.session, limit };
  const { value, error, reload } = useReading((signal) => get("/notifications", question, signal), [JSON.stringify(question)]);
  const now = useNow(10_000);
  useEffect(() => { if (value) setUnread(value.unread_count); }, [value]);
  useEffect(() => {
    const again = throttled(reload, 500);
    const stop = listen((frame) => { if (frame.type === "notification" || frame.type === "resync") again(); });
    return () => { stop(); again.cancel(); };
  }, []);
  /** @type {Notification[]} */
  const list = value?.notifications ?? [];
  const act = (/** @type {"POST"|"DELETE"} */ method, path = "") => attempt(() => send(method, "/notifications" + path)).then(reload);
  const one = (/** @type {Notification} */ notification) => "/" + encodeURIComponent(notification.id);
  const choose = (/** @type {string} */ name) => (/** @type {FieldEvent} */ event) => change({ [name]: event.target.value });
  return html`<div class="toolbar"><h1>Notifications</h1>
      <label>About <select aria-label="About" value=${query.type ?? ""} onChange=${choose("type")}>
        <option value="">anything</option><option value="training">trainings</option><option value="alert">alerts</option>
        <option value="system">the system</option></select></label>
      <label>Priority <select aria-label="Priority" value=${query.priority ?? ""} onChange=${choose("priority")}>
        <option value="">any</option><option>high</option><option>medium</option><option>low</option></select></label>
      <label><input type="checkbox" checked=${Boolean(query.unread)}
        onChange=${(/** @type {FieldEvent} */ event) => change({ unread: event.target.checked ? "1" : "" })} />not read</label>
      <span class="quiet grow" aria-live="polite">${value && `${value.unread_count} of ${value.total} not read`}</span>
      <button disabled=${!value?.unread_count} onClick=${() => act("POST", "/read-all")}>Mark all as read</button>
      <button disabled=${!value?.total} onClick=${() => act("DELETE")}>Clear all</button></div>
    <div class="section stack"><${Fault} error=${error} />
      ${value && list.length === 0 && html`<p class="note">
        ${query.type || query.priority || query.unread ? "No notification matches." : "There is no notification. Which alerts tell people is up to their rules."}</p>`}
      ${list.length > 0 && html`<ul class="card told">${list.map((notification) => html`<li key=${notification.id}
        class=${notification.read ? "" : "unread"}>
        <span class=${"badge " + PRIORITY[notification.priority]}>${notification.type}</span>
        <a class="grow break" href=${target(notification)}
          onClick=${() => { if (!notification.read) act("POST", one(notification) + "/read"); }}>${notification.message}</a>
        <span class="quiet" title=${`${time(notification.created_at)}, position ${notification.data.position}`}>${ago(notification.created_at, now)}
          </span>
        <span class="row">${!notification.read && html`<button class="plain"
          onClick=${() => act("POST", one(notification) + "/read")}>mark as read</button>`}
          <button class="plain" aria-label=${"Clear: " + notification.message} onClick=${() => act("DELETE", one(notification))}>×</button></span>
            </li>`)}</ul>`}
      ${list.length === limit && limit < 1000 && html`<p><button onClick=${() => change({ limit: limit + PAGE })}>More</button></p>`}</div>`;
}
