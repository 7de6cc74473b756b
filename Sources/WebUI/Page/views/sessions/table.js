/** The table of sessions: found, sorted and paged by the server, of which only the rows in sight are asked for and drawn. */

import { html, useCallback, useEffect, useMemo, useRef, useState } from "../../core/preact.js";
import { listen, watchConnection } from "../../core/feed.js";
import { field, learnParams } from "../../core/names.js";
import { throttled, useNow } from "../../core/reading.js";
import { change, go, link } from "../../core/route.js";
import { FEW, USUAL, column, widths } from "../../parts/columns.js";
import { Fault } from "../../parts/small.js";
import { Actions } from "./actions.js";
import { Bar } from "./bar.js";
import { ROW, Row } from "./row.js";
import { question } from "./question.js";
import { Rows } from "./rows.js";
import { commonMonitor, useSparks } from "./sparks.js";

/** @typedef {import("../../core/types.js").Session} Session */

/** How many rows beyond those in sight are drawn, on either side. */
const BEYOND = 8;
/** The table is drawn again each time so many rows have been scrolled by. */
const STRIDE = 4;
/** The rows that stand for those that are being read. */
const BLANKS = Array.from({ length: 12 }, (_, index) => index);

/**
 * The columns that are shown unless others are chosen.
 * @param {string|undefined} monitor
 * @param {boolean} isNarrow
 */
function usualColumns(monitor, isNarrow) {
  if (!monitor) return isNarrow ? FEW : USUAL;
  const metric = field("metrics", monitor);
  return isNarrow ? [...FEW.slice(0, 2), metric + ".best", ...FEW.slice(2)] : [...USUAL.slice(0, 4), metric, metric + ".best", ...USUAL.slice(4)];
}

/**
 * What stands in the place of the rows when there is none.
 * @param {{isAsked: boolean}} props
 */
const Empty = ({ isAsked }) => html`<div class="padded">${isAsked ? html`<p>No session matches. <button
  onClick=${() => go("#/sessions")}>Show all</button></p>`
  : html`<div class="stack"><p>There is no session yet. <a href="#/create">Create one</a>, or log from a program:</p>
      <pre>${`import pivot_tracker as pivot

with pivot.session("first", base_url="${location.origin}/api/v1") as session:
    for step in range(100):
        session.log({"loss": 1 / (step + 1)}, step=step)`}</pre></div>`}</div>`;

/**
 * The place and size of what is in sight.
 * @param {{current: any}} box
 */
function useView(box) {
  const [view, setView] = useState({ top: 0, height: 800, width: window.innerWidth });
  const scrolled = useCallback(() => {
    const top = Math.floor(box.current.scrollTop / (STRIDE * ROW)) * STRIDE * ROW;
    setView((before) => (before.top === top ? before : { ...before, top }));
  }, []);
  useEffect(() => {
    const observer = new ResizeObserver(() => {
      if (box.current) setView((before) => ({ ...before, height: box.current.clientHeight, width: box.current.clientWidth }));
    });
    observer.observe(box.current);
    return () => observer.disconnect();
  }, []);
  return { view, scrolled };
}

/**
 * The sessions that are chosen, by their ids.
 * @param {Rows} rows
 */
function useChosen(rows) {
  const [chosen, setChosen] = useState(/** @type {Map<string, Session>} */ (new Map()));
  const anchor = useRef(-1);
  const toggle = useCallback((/** @type {number} */ index, /** @type {boolean} */ extend) => {
    const session = rows.at(index);
    if (!session) return;
    const from = extend && anchor.current >= 0 ? anchor.current : -1;
    anchor.current = index;
    setChosen((before) => {
      const next = new Map(before);
      if (from < 0) {
        if (!next.delete(session.session_id)) next.set(session.session_id, session);
        return next;
      }
      for (let place = Math.min(from, index); place <= Math.max(from, index); place += 1) {
        const one = rows.at(place);
        if (one) next.set(one.session_id, one);
      }
      return next;
    });
  }, []);
  return { chosen, toggle, clear: () => setChosen(new Map()) };
}

/** @param {{shown: import("../../parts/columns.js").Column[], sort: string, template: string, least: number}} props */
function Head({ shown, sort, template, least }) {
  const sortBy = (/** @type {import("../../parts/columns.js").Column} */ one) => {
    const startsFalling = one.numeric || one.id === "created" || one.id === "updated";
    const next = sort === "-" + one.sort ? one.sort : sort === one.sort ? "-" + one.sort : (startsFalling ? "-" : "") + one.sort;
    change({ sort: next }, false);
  };
  const arrow = (/** @type {string} */ name) => (sort === name ? " ▲" : sort === "-" + name ? " ▼" : "");
  return html`<div class="grid-head" role="row" aria-rowindex="1" style=${{ gridTemplateColumns: template, minWidth: least + "px" }}>
    <div class="grid-cell" role="columnheader"><span class="hidden">Selection</span></div>
    ${shown.map((one) => html`<div key=${one.id} role="columnheader" class=${"grid-cell" + (one.numeric ? " num" : "")}
      aria-sort=${one.sort && sort === one.sort ? "ascending" : one.sort && sort === "-" + one.sort ? "descending" : undefined}>
      ${one.sort ? html`<button type="button" title=${`Sort by ${one.id}`} onClick=${() => sortBy(one)}>${one.label}${arrow(one.sort)}</button>`
    : html`<span class="fixed">${one.label}</span>`}</div>`)}</div>`;
}

/** Reads what the address asks for, what comes into sight, and what has changed. */
function useRows(/** @type {Rows} */ rows, /** @type {Record<string, string>} */ query, /** @type {string[]} */ fields, /** @type {any} */ range, /** @type {any} */ box) {
  const asked = question(query);
  const key = JSON.stringify(asked);
  const lastKey = useRef("");
  const { first, last } = range.current;
  useEffect(() => {
    if (lastKey.current === key) {
      rows.fields = fields;
      rows.refresh(range.current.first, range.current.last);
      return;
    }
    lastKey.current = key;
    rows.reset(asked, fields);
    if (box.current) box.current.scrollTop = 0;
    rows.load(0);
  }, [key, fields.join()]);
  useEffect(() => { rows.want(first, last); }, [first, last, rows.total]);
  useEffect(() => {
    if (query.at) return undefined;
    const refresh = throttled(() => rows.refresh(range.current.first, range.current.last), 700);
    const stop = listen((frame) => { if (frame.session_id || frame.type === "resync") refresh(); });
    // What happened between the first answer and the beginning of the feed is read once the feed is there.
    let isMounted = false;
    const unwatch = watchConnection((isLive) => { if (isLive && isMounted) refresh(); });
    isMounted = true;
    return () => { stop(); unwatch(); refresh.cancel(); };
  }, [query.at]);
}

/** @param {{query: Record<string, string>}} props */
export function Table({ query }) {
  const [, draw] = useState(0);
  const redraw = useCallback(() => draw((count) => count + 1), []);
  const rows = useMemo(() => new Rows(redraw), []);
  const box = useRef(null);
  const { view, scrolled } = useView(box);
  const { chosen, toggle, clear } = useChosen(rows);
  rows.chosen = chosen;
  const [active, setActive] = useState(-1);
  const [monitor, setMonitor] = useState(/** @type {string|undefined} */ (undefined));
  const now = useNow(5000);
  const isNarrow = view.width < 640;
  const ids = query.columns ? query.columns.split(",") : usualColumns(monitor, isNarrow);
  const shown = useMemo(() => ids.flatMap((id) => column(id) ?? []), [ids.join()]);
  const fields = shown.flatMap((one) => one.field ?? []);
  const first = Math.max(0, Math.floor(view.top / ROW) - BEYOND);
  const last = Math.min(Math.max(rows.total - 1, 0), Math.ceil((view.top + view.height) / ROW) + BEYOND + STRIDE);
  const range = useRef({ first, last });
  range.current = { first, last };
  useRows(rows, query, fields, range, box);

  /** @type {Session[]} */
  const present = [];
  for (let index = first; index <= last; index += 1) { const session = rows.at(index); if (session) present.push(session); }
  const sparks = useSparks(ids.includes("curve") ? present : [], query.at);
  useEffect(() => {
    const common = commonMonitor(present);
    if (common && !monitor) setMonitor(common);
    if (present.length) learnParams(present.slice(0, 10).map((session) => session.session_id)).then(redraw, () => {});
  }, [rows.total > 0, present.length > 0]);

  const open = (/** @type {Session|undefined} */ session) => { if (session) go(link(["session", session.session_id], { at: query.at })); };
  const click = useCallback((/** @type {any} */ event, /** @type {number} */ index) => {
    if (event.target.closest("a, input, button") || String(getSelection())) return;
    setActive(index);
    if (event.shiftKey) toggle(index, true); else open(rows.at(index));
  }, [query.at]);
  const reveal = (/** @type {number} */ index) => {
    const element = box.current;
    const room = element.clientHeight - ROW + 1;
    if (index * ROW < element.scrollTop) element.scrollTop = index * ROW;
    else if ((index + 1) * ROW > element.scrollTop + room) element.scrollTop = (index + 1) * ROW - room;
  };
  const keyDown = (/** @type {KeyboardEvent} */ event) => {
    if (event.target !== box.current) return;
    const page = Math.max(1, Math.floor(view.height / ROW) - 2);
    /** @type {Record<string, number>} */
    const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -Infinity, End: Infinity };
    if (event.key in steps) {
      event.preventDefault();
      const next = Math.min(rows.total - 1, Math.max(0, active + steps[event.key]));
      setActive(next);
      reveal(next);
    } else if (event.key === "Enter") open(rows.at(active));
    else if (event.key === " ") { event.preventDefault(); toggle(active, event.shiftKey); }
    else if (event.key === "Escape") clear();
  };
  const hold = (/** @type {boolean} */ isHeld) => {
    rows.isHeld = isHeld;
    if (!isHeld && rows.isOutdated) rows.refresh(range.current.first, range.current.last);
  };
  const refresh = () => rows.refresh(first, last, true);
  const sort = query.sort ?? "-created_at";
  const { template, least } = widths(shown, isNarrow);
  // Elements are used again for other rows instead of being made and moved, which would cost more than all else of scrolling.
  const slots = Math.ceil(view.height / ROW) + 2 * BEYOND + STRIDE + 2;
  const list = [];
  for (let slot = 0; slot < slots; slot += 1) {
    const index = first + ((slot - first) % slots + slots) % slots;
    if (index > last || index >= rows.total) continue;
    const session = rows.at(index);
    const id = session?.session_id ?? "";
    list.push(html`<${Row} key=${slot} session=${session} index=${index} isChosen=${chosen.has(id)} isActive=${index === active}
      shown=${shown} template=${template} now=${session && query.at ? Date.parse(session.updated_at) : now} at=${query.at} spark=${sparks.get(id)}
      onClick=${click} onToggle=${toggle} />`);
  }
  const isEmpty = rows.total === 0 && !rows.isLoading && !rows.error;
  return html`
    <h1 class="hidden">Sessions</h1>
    <${Bar} query=${query} error=${rows.error} shown=${ids}
      counts=${html`<span class="quiet" aria-live="polite">
        ${rows.isLoading ? "reading…" : `${rows.total.toLocaleString("en")} ${rows.total === 1 ? "session" : "sessions"}`}</span>`}
      extra=${rows.isOutdated && html`<button onClick=${refresh}>The order has changed: show it</button>`} />
    ${chosen.size > 0 && html`<div class="toolbar" aria-label="Selected sessions">
      <${Actions} chosen=${chosen} shown=${shown} at=${query.at} clear=${clear} refresh=${refresh} /></div>`}
    ${rows.error && rows.error.details?.field !== "filter" && html`<div class="section"><${Fault} error=${rows.error} /></div>`}
    <div class="grid" ref=${box} role="grid" tabindex="0" aria-label="Sessions" aria-rowcount=${rows.total + 1} aria-multiselectable="true"
      aria-activedescendant=${active >= first && active <= last ? "row-" + active : undefined}
      onScroll=${scrolled} onKeyDown=${keyDown} onMouseEnter=${() => hold(true)} onMouseLeave=${() => hold(false)}>
      <${Head} shown=${shown} sort=${sort} template=${template} least=${least} />
      <div class="grid-body" role="rowgroup" style=${{ height: rows.total * ROW + "px", minWidth: least + "px" }}>${list}</div>
      ${rows.isLoading && rows.total === 0 && html`<div class="blanks" aria-hidden="true">${BLANKS.map((one) => html`<i key=${one}></i>`)}</div>`}
      ${isEmpty && html`<${Empty} isAsked=${Boolean(query.filter || query.q || query.archived || query.at)} />`}
    </div>`;
}
