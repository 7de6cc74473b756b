/** The columns that the table of sessions can have. */

import { html } from "../core/preact.js";
import { ago, duration, secondsOf, short, time, whole } from "../core/format.js";
import { link } from "../core/route.js";
import { Progress, Spark, Status, Tags } from "./small.js";

/**
 * @typedef {import("../core/types.js").Session} Session
 * @typedef {Object} Column
 * @property {string} id as in the address
 * @property {string} label
 * @property {number} width in pixels, the least for one that grows
 * @property {number} [narrow] its width where there is little room
 * @property {number} [grows] its share of the room that is left
 * @property {boolean} [numeric]
 * @property {string} [sort] what the server sorts by
 * @property {string} [field] what the server is asked for beside each session
 * @property {(session: Session, context: {now: number, at?: string, spark?: any[]}) => any} cell
 * @property {(session: Session) => any} value for CSV and statistics
 */

/**
 * When something was: how long ago, or at a position of the past the time itself.
 * @param {{value: string, context: {now: number, at?: string}}} props
 */
const Moment = ({ value, context }) => html`<span title=${time(value)}>${context.at ? time(value).slice(0, 16) : ago(value, context.now)}</span>`;

/** @type {Column[]} */
export const FIXED = [
  { id: "status", label: "Status", width: 96, narrow: 94, sort: "status", cell: (session) => html`<${Status} status=${session.status} archived=${session.archived} />`, value: (session) => session.status },
  { id: "name", label: "Name", width: 170, narrow: 110, grows: 2, sort: "session_name",
    cell: (session, { at }) => html`<a class="name" tabindex="-1" href=${link(["session", session.session_id], { at })}
      title=${session.session_name}>${session.session_name}</a>`, value: (session) => session.session_name },
  { id: "progress", label: "Progress", width: 132, narrow: 60, sort: "current_epoch",
    cell: (session) => html`<${Progress} session=${session} /> <span class="quiet">${session.current_epoch}/${session.total_epochs}
      </span>`, value: (session) => session.progress },
  { id: "curve", label: "Curve", width: 112, cell: (_session, { spark = [] }) => html`<${Spark} values=${spark} />`, value: () => "" },
  { id: "experiment", label: "Experiment", width: 90, grows: 1, cell: (session) => session.experiment ?? "", value: (session) => session.experiment },
  { id: "group", label: "Group", width: 80, grows: 1, cell: (session) => session.group ?? "", value: (session) => session.group },
  { id: "tags", label: "Tags", width: 110, grows: 1, cell: (session) => html`<${Tags} tags=${session.tags} />`, value: (session) => session.tags.join(" ") },
  { id: "duration", label: "Duration", width: 96, numeric: true, cell: (session, { now }) => duration(secondsOf(session, now)), value: (session) => secondsOf(session) },
  { id: "created", label: "Created", width: 112, sort: "created_at", cell: (session, context) => html`<${Moment}
    value=${session.created_at} context=${context} />`, value: (session) => session.created_at },
  { id: "updated", label: "Updated", width: 112, sort: "updated_at", cell: (session, context) => html`<${Moment}
    value=${session.updated_at} context=${context} />`, value: (session) => session.updated_at },
  { id: "steps", label: "Step", width: 84, numeric: true, cell: (session) => session.current_step, value: (session) => session.current_step },
  { id: "trainer", label: "Trainer", width: 90, cell: (session) => session.trainer ?? "", value: (session) => session.trainer },
  { id: "host", label: "Host", width: 100, cell: (session) => session.host ?? "", value: (session) => session.host },
  { id: "id", label: "Id", width: 170, cell: (session) => html`<code>${session.session_id}</code>`, value: (session) => session.session_id },
  { id: "message", label: "Message", width: 160, grows: 1, cell: (session) => html`<span title=${session.message}>${session.message ?? ""}
    </span>`, value: (session) => session.message },
];

/** The columns that are shown unless others are chosen; those of the monitored metric come with it. */
export const USUAL = ["status", "name", "progress", "curve", "experiment", "tags", "duration", "created"];

/**
 * A column by its id: one of the fixed ones, or a field of the filter language such as `params.lr`.
 * @param {string} id
 * @returns {Column|undefined}
 */
export function column(id) {
  const fixed = FIXED.find((one) => one.id === id);
  if (fixed) return fixed;
  const found = /^(params|metrics|results|config)\.(.+)$/.exec(id);
  if (!found) return undefined;
  return {
    id, label: found[2], width: Math.min(180, Math.max(92, 26 + 7 * found[2].length)), narrow: 88, numeric: found[1] !== "config", sort: found[1] === "results" ? undefined : id, field: id,
    cell: (session) => { const value = session.columns?.[id]; return html`<span title=${whole(value)}>${short(value)}</span>`; },
    value: (session) => session.columns?.[id],
  };
}

/** The usual columns where there is little room. */
export const FEW = ["status", "name", "progress"];

/**
 * The widths of columns, for the grid that every row is.
 * @param {Column[]} shown
 * @param {boolean} isNarrow whether there is little room
 */
export function widths(shown, isNarrow = false) {
  const room = (/** @type {Column} */ one) => (isNarrow ? one.narrow ?? Math.min(one.width, 110) : one.width);
  return {
    template: "34px " + shown.map((one) => (one.grows ? `minmax(${room(one)}px, ${one.grows}fr)` : room(one) + "px")).join(" "),
    least: 34 + shown.reduce((sum, one) => sum + room(one), 0),
  };
}
