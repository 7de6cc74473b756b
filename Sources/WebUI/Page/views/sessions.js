/** All sessions: found, sorted and paged by the server, of which only the rows in sight are asked for and drawn. */

import { html, useCallback, useEffect, useMemo, useRef, useState } from "../core/preact.js";
import { get, histories, send, sessionPath, queryText } from "../core/api.js";
import { listen } from "../core/feed.js";
import { csv, save } from "../core/format.js";
import { learn, learnParams, names, field } from "../core/names.js";
import { throttled, useKept, useNow } from "../core/reading.js";
import { change, go, link } from "../core/route.js";
import { Position } from "../parts/asof.js";
import { FEW, FIXED, USUAL, column, widths } from "../parts/columns.js";
import { FilterInput } from "../parts/filter.js";
import { Dialog, Fault, Menu, tell } from "../parts/small.js";
import { Groups } from "./groups.js";

/** @typedef {import("../core/types.js").Session} Session */

const PAGE = 100;
const ROW = 34;

/** The question that the address asks. @param {Record<string, string>} query */
export const question = (query) => ({
  filter: query.filter || undefined, q: query.q || undefined, sort: query.sort || undefined, archived: query.archived ? "include" : undefined, as_of: query.at || undefined,
});

/**
 * The rows of the table, by their places. While the pointer is over the table the order stays, and only what stands in the rows changes.
 */
class Rows {
  constructor(changed) {
    this.changed = changed;
    this.isHeld = false;
    this.reset({}, []);
  }

  reset(asked, fields) {
    this.asked = asked;
    this.fields = fields;
    /** @type {Map<number, Session[]>} */
    this.pages = new Map();
    /** What was told last of each session. @type {Map<string, Session>} */
    this.known = new Map();
    this.wanted = new Set();
    this.total = 0;
    this.error = null;
    this.isLoading = true;
    this.isOutdated = false;
    this.generation = (this.generation ?? 0) + 1;
  }

  /** @param {number} index @returns {Session|undefined} */
  at(index) { return this.pages.get(Math.floor(index / PAGE))?.[index % PAGE]; }

  /** Asks for the pages from one row to another that are not there. */
  want(first, last) {
    for (let page = Math.floor(first / PAGE); page <= Math.floor(last / PAGE); page += 1) {
      if (!this.pages.has(page) && !this.wanted.has(page) && (page === 0 || page * PAGE < this.total)) this.load(page);
    }
  }

  /** Reads pages again that are in sight, and forgets the others. What the reader has done is shown, the pointer wherever it is. */
  refresh(first, last, isOwn = false) {
    this.isOwn = isOwn;
    const low = Math.floor(first / PAGE);
    const high = Math.floor(last / PAGE);
    for (const page of [...this.pages.keys()]) if (page < low || page > high) this.pages.delete(page);
    for (let page = low; page <= high; page += 1) this.load(page);
  }

  async load(page) {
    const { generation } = this;
    this.wanted.add(page);
    try {
      const answer = await get("/training/sessions", { ...this.asked, columns: this.fields, limit: PAGE, offset: page * PAGE });
      if (generation !== this.generation) return;
      learn(answer.sessions);
      this.take(page, answer);
      this.error = null;
    } catch (error) {
      if (generation === this.generation) this.error = error;
    } finally {
      if (generation === this.generation) {
        this.wanted.delete(page);
        this.isLoading = false;
        this.changed();
      }
    }
  }

  take(page, answer) {
    for (const session of answer.sessions) this.known.set(session.session_id, session);
    const before = this.pages.get(page);
    const isSame = before && before.length === answer.sessions.length && answer.total === this.total
      && before.every((session, index) => session.session_id === answer.sessions[index].session_id);
    const isHeld = this.isHeld && !this.isOwn;
    if (!before || !isHeld || isSame) {
      this.pages.set(page, answer.sessions);
      this.total = answer.total;
      if (isSame || !isHeld) this.isOutdated = false;
      return;
    }
    const fresh = new Map(answer.sessions.map((session) => [session.session_id, session]));
    this.pages.set(page, before.map((session) => fresh.get(session.session_id) ?? session));
    this.isOutdated = true;
  }
}

/** The metric that most of the sessions are judged by, and how. @param {(Session|undefined)[]} sessions */
function commonMonitor(sessions) {
  const counts = new Map();
  for (const session of sessions) {
    const name = session?.monitor;
    if (name && name in session.latest_metrics) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return [...counts].sort((one, other) => other[1] - one[1])[0]?.[0];
}

/** The curves of the monitored metric for the rows in sight. */
function useSparks(sessions, at) {
  const sparks = useRef(new Map());
  const states = useRef(new Map());
  const [, draw] = useState(0);
  const key = sessions.map((session) => session.session_id + session.current_epoch + session.status).join();
  useEffect(() => {
    const stale = sessions.filter((session) => states.current.get(session.session_id) !== session.current_epoch + session.status).slice(0, 100);
    if (stale.length === 0) return undefined;
    const timer = setTimeout(async () => {
      for (const session of stale) states.current.set(session.session_id, session.current_epoch + session.status);
      const metrics = [...new Set(stale.map((session) => session.monitor ?? "val_loss"))];
      try {
        const answer = await histories({ session_ids: stale.map((session) => session.session_id), metric_names: metrics, max_points: 40, as_of: at ? Number(at) : undefined });
        const monitors = new Map(stale.map((session) => [session.session_id, session.monitor ?? "val_loss"]));
        for (const series of answer.series ?? []) if (series.metric_name === monitors.get(series.session_id)) sparks.current.set(series.session_id, series.values);
        draw((count) => count + 1);
      } catch { /* curves are an extra; the next change asks again */ }
    }, 120);
    return () => clearTimeout(timer);
  }, [key]);
  return sparks.current;
}

function ColumnChooser({ shown }) {
  const [text, setText] = useState("");
  const known = [...FIXED.map((one) => one.id)];
  for (const kind of /** @type {const} */ (["metrics", "params", "results", "config"])) for (const name of names[kind]) known.push(field(kind, name));
  for (const name of names.metrics) known.push(field("metrics", name) + ".best");
  const all = [...new Set([...shown, ...known])].filter((id) => id.toLowerCase().includes(text.toLowerCase()));
  const toggle = (id) => change({ columns: (shown.includes(id) ? shown.filter((one) => one !== id) : [...shown, id]).join(",") });
  return html`<${Menu} label="Columns">
    <input type="search" aria-label="Find a column" placeholder="Find a column" value=${text} onInput=${(event) => setText(event.target.value)} />
    ${all.slice(0, 200).map((id) => html`<label class="option" key=${id}><input type="checkbox" checked=${shown.includes(id)} onChange=${() => toggle(id)} />
      <span class="clip">${FIXED.find((one) => one.id === id)?.label ?? id}</span></label>`)}
    <button class="plain" onClick=${() => change({ columns: "" })}>Show the usual ones</button>
  </${Menu}>`;
}

function Views() {
  const [views, setViews] = useKept("views", []);
  const [name, setName] = useState("");
  const keep = (event) => {
    event.preventDefault();
    if (!name.trim()) return;
    setViews([...views.filter((view) => view.name !== name.trim()), { name: name.trim(), address: location.hash || "#/sessions" }]);
    setName("");
  };
  return html`<${Menu} label="Views" title="Filter, order, columns and groups, kept in this browser; the address holds them too">
    ${views.map((view) => html`<div class="option" key=${view.name}><a class="grow" href=${view.address}>${view.name}</a>
      <button class="plain" aria-label=${"Forget the view " + view.name} onClick=${() => setViews(views.filter((one) => one !== view))}>×</button></div>`)}
    <form class="row" onSubmit=${keep}><input type="text" aria-label="Name of the view" placeholder="Keep this view as" value=${name} onInput=${(event) => setName(event.target.value)} />
      <button>Keep</button></form>
  </${Menu}>`;
}

/** Does something to many sessions, four at a time, and tells how it went. */
async function forAll(ids, verb, action) {
  let failed = 0;
  let first = "";
  const left = [...ids];
  const work = async () => {
    for (let id = left.pop(); id !== undefined; id = left.pop()) {
      try { await action(id); } catch (error) { failed += 1; first ||= error.message; }
    }
  };
  await Promise.all([work(), work(), work(), work()]);
  if (failed) tell(`${failed} of ${ids.length} could not be ${verb}: ${first}`, "bad");
  else tell(`${ids.length} ${ids.length === 1 ? "session was" : "sessions were"} ${verb}.`, "good");
}

/** What can be done with the sessions that are chosen. @param {{chosen: Map<string, Session>, shown: import("../parts/columns.js").Column[], at?: string, clear: () => void, refresh: () => void}} props */
function Actions({ chosen, shown, at, clear, refresh }) {
  const [dialog, setDialog] = useState("");
  const [tag, setTag] = useState("");
  const ids = [...chosen.keys()];
  const running = [...chosen.values()].filter((session) => ["queued", "running", "created"].includes(session.status));
  const busy = [...chosen.values()].filter((session) => ["queued", "running", "stopping"].includes(session.status));
  const done = () => { setDialog(""); refresh(); };
  const table = () => save("sessions.csv", csv([["session_id", ...shown.map((one) => one.label)], ...[...chosen.values()].map((session) => [session.session_id, ...shown.map((one) => one.value(session))])]));
  return html`
    <span aria-live="polite"><b>${ids.length}</b> selected</span>
    <button class="primary" disabled=${ids.length < 2 || ids.length > 100} title="From 2 to 100 sessions" onClick=${() => go(link(["compare"], { ids: ids.join(","), at }))}>Compare</button>
    ${!at && html`<button onClick=${() => setDialog("tag")}>Tag…</button>
      <button disabled=${running.length === 0} onClick=${() => setDialog("stop")}>Stop…</button>
      <button disabled=${busy.length === ids.length} onClick=${() => setDialog("archive")}>Archive…</button>`}
    <${Menu} label="Export">${(close) => html`
      <button class="plain" onClick=${() => { table(); close(); }}>These rows as CSV</button><br />
      <a class="button plain" download href=${"/api/v1/metrics/history" + queryText({ session_ids: ids, format: "csv", as_of: at })}>All points as CSV</a><br />
      <a class="button plain" download href=${"/api/v1/metrics/history" + queryText({ session_ids: ids, format: "npz", as_of: at })}>All points as numpy arrays</a>`}</${Menu}>
    <button class="plain" onClick=${clear}>Clear</button>
    ${dialog === "tag" && html`<${Dialog} title=${`Tag ${ids.length} sessions`} confirm="Add the tag" disabled=${!tag.trim()} onClose=${() => setDialog("")}
      onConfirm=${async () => { await forAll(ids, "tagged", (id) => send("PATCH", sessionPath(id), { tags: [...new Set([...chosen.get(id).tags, tag.trim()])] })); done(); }}>
      <label class="field">Tag<input type="text" list="known-tags" value=${tag} onInput=${(event) => setTag(event.target.value)} /></label>
      <datalist id="known-tags">${[...names.tags].map((one) => html`<option value=${one}></option>`)}</datalist></${Dialog}>`}
    ${dialog === "stop" && html`<${Dialog} title=${`Stop ${running.length} ${running.length === 1 ? "session" : "sessions"}?`} confirm="Stop" danger onClose=${() => setDialog("")}
      onConfirm=${async () => { await forAll(running.map((session) => session.session_id), "asked to stop", (id) => send("POST", sessionPath(id, "/stop"), undefined, { wait: 0 })); done(); }}>
      <p>Running ones save a checkpoint within their current step and can be resumed from it. Those that have not begun are stopped without one.</p></${Dialog}>`}
    ${dialog === "archive" && html`<${Dialog} title=${`Archive ${ids.length - busy.length} sessions?`} confirm="Archive" onClose=${() => setDialog("")}
      onConfirm=${async () => { await forAll(ids.filter((id) => !busy.some((session) => session.session_id === id)), "archived", (id) => send("DELETE", sessionPath(id))); clear(); done(); }}>
      <p>Lists leave them out unless archived ones are shown. Nothing is erased, and each can be taken back.${busy.length > 0 && ` ${busy.length} that are not over stay.`}</p></${Dialog}>`}`;
}

/** @param {{route: import("../core/route.js").Route}} props */
export function Sessions({ route }) {
  const { query } = route;
  return query.by ? html`<${Bar} query=${query} /><${Groups} query=${query} />` : html`<${Table} query=${query} />`;
}

/** The controls above the table; `children` stand instead of the last ones. */
function Bar({ query, error = null, shown = USUAL, extra = null, counts = null }) {
  const search = useMemo(() => throttled(() => change({ q: typed.current }), 250), []);
  const typed = useRef(query.q ?? "");
  const groupings = ["experiment", "group", "tags", ...[...names.params].map((name) => field("params", name))];
  return html`<div class="toolbar" role="search">
    <input type="search" aria-label="Search names, notes and tags" placeholder="Search" value=${query.q ?? ""} onInput=${(event) => { typed.current = event.target.value; search(); }} />
    <${FilterInput} value=${query.filter ?? ""} error=${error?.details?.field === "filter" ? error : null} onSubmit=${(text) => change({ filter: text }, false)} />
    <label>Group by <select aria-label="Group by" value=${query.by ?? ""} onChange=${(event) => change({ by: event.target.value }, false)}>
      <option value="">nothing</option>${groupings.map((one) => html`<option key=${one} value=${one}>${one}</option>`)}</select></label>
    <${ColumnChooser} shown=${shown} /><${Views} />
    <label><input type="checkbox" checked=${Boolean(query.archived)} onChange=${(event) => change({ archived: event.target.checked ? "1" : "" })} />archived</label>
    <${Position} at=${query.at} />
    ${counts}${extra}
  </div>`;
}

function Table({ query }) {
  const [, draw] = useState(0);
  const redraw = useCallback(() => draw((count) => count + 1), []);
  const rows = useMemo(() => new Rows(redraw), []);
  const box = useRef(null);
  const [view, setView] = useState({ top: 0, height: 800, width: window.innerWidth });
  const [chosen, setChosen] = useState(/** @type {Map<string, Session>} */ (new Map()));
  const [active, setActive] = useState(-1);
  const anchor = useRef(-1);
  const now = useNow(5000);
  const [monitor, setMonitor] = useState(/** @type {string|undefined} */ (undefined));
  const isNarrow = view.width < 640;
  const usual = isNarrow ? (monitor ? [...FEW.slice(0, 2), field("metrics", monitor) + ".best", ...FEW.slice(2)] : FEW) : monitor ? [...USUAL.slice(0, 4), field("metrics", monitor), field("metrics", monitor) + ".best", ...USUAL.slice(4)] : USUAL;
  const ids = query.columns ? query.columns.split(",") : usual;
  const shown = ids.map(column).filter((one) => one !== undefined);
  const fields = shown.map((one) => one.field).filter((one) => one !== undefined);
  const asked = question(query);
  const key = JSON.stringify(asked);
  const lastKey = useRef("");
  const first = Math.max(0, Math.floor(view.top / ROW) - 8);
  const last = Math.min(Math.max(rows.total - 1, 0), Math.ceil((view.top + view.height) / ROW) + 8);
  const range = useRef({ first, last });
  range.current = { first, last };

  useEffect(() => {
    const isOther = lastKey.current !== key;
    lastKey.current = key;
    if (isOther) { rows.reset(asked, fields); if (box.current) box.current.scrollTop = 0; rows.load(0); } else { rows.fields = fields; rows.refresh(range.current.first, range.current.last); }
  }, [key, fields.join()]);
  useEffect(() => { rows.want(first, last); }, [first, last, rows.total]);
  useEffect(() => {
    const measure = () => { if (box.current) setView({ top: box.current.scrollTop, height: box.current.clientHeight, width: box.current.clientWidth }); };
    const observer = new ResizeObserver(measure);
    observer.observe(box.current);
    return () => observer.disconnect();
  }, []);
  useEffect(() => {
    if (query.at) return undefined;
    const refresh = throttled(() => rows.refresh(range.current.first, range.current.last), 700);
    const stop = listen((frame) => { if (frame.session_id || frame.type === "resync") refresh(); });
    return () => { stop(); refresh.cancel(); };
  }, [query.at]);
  const present = [];
  for (let index = first; index <= last; index += 1) { const session = rows.at(index); if (session) present.push(session); }
  const sparks = useSparks(ids.includes("curve") ? present : [], query.at);
  useEffect(() => {
    const common = commonMonitor(present);
    if (common && !monitor) setMonitor(common);
    if (present.length) learnParams(present.slice(0, 10).map((session) => session.session_id)).then(redraw, () => {});
  }, [rows.total, present.length > 0]);

  const toggle = (index, extend) => {
    const next = new Map(chosen);
    const session = rows.at(index);
    if (!session) return;
    if (extend && anchor.current >= 0) {
      for (let place = Math.min(anchor.current, index); place <= Math.max(anchor.current, index); place += 1) { const one = rows.at(place); if (one) next.set(one.session_id, one); }
    } else if (next.has(session.session_id)) next.delete(session.session_id); else next.set(session.session_id, session);
    anchor.current = index;
    setChosen(next);
  };
  const reveal = (index) => {
    const element = box.current;
    if (index * ROW < element.scrollTop) element.scrollTop = index * ROW;
    else if ((index + 1) * ROW > element.scrollTop + element.clientHeight - 33) element.scrollTop = (index + 1) * ROW - element.clientHeight + 33;
  };
  const keyDown = (event) => {
    if (event.target !== box.current) return;
    const page = Math.max(1, Math.floor(view.height / ROW) - 2);
    const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -Infinity, End: Infinity };
    if (event.key in steps) {
      event.preventDefault();
      const next = Math.min(rows.total - 1, Math.max(0, active + steps[event.key]));
      setActive(next);
      reveal(next);
    } else if (event.key === "Enter" && rows.at(active)) go(link(["session", rows.at(active).session_id], { at: query.at }));
    else if (event.key === " ") { event.preventDefault(); toggle(active, event.shiftKey); }
    else if (event.key === "Escape") setChosen(new Map());
  };
  const sort = query.sort ?? "-created_at";
  const sortBy = (one) => {
    const falling = sort === "-" + one.sort;
    const rising = sort === one.sort;
    const startsFalling = one.numeric || one.id === "created" || one.id === "updated";
    change({ sort: falling ? one.sort : rising ? "-" + one.sort : (startsFalling ? "-" : "") + one.sort }, false);
  };
  const { template: columnTemplate, least } = widths(shown, isNarrow);
  const template = { gridTemplateColumns: columnTemplate };
  const hold = (isHeld) => {
    rows.isHeld = isHeld;
    if (!isHeld && rows.isOutdated) rows.refresh(range.current.first, range.current.last);
  };
  const list = [];
  for (let index = first; index <= last && index < rows.total; index += 1) {
    const session = rows.at(index);
    list.push(html`<div key=${session?.session_id ?? "row-" + index} id=${"row-" + index} role="row" aria-rowindex=${index + 2} aria-selected=${session ? chosen.has(session.session_id) : false}
      class=${`grid-row${session && chosen.has(session.session_id) ? " chosen" : ""}${index === active ? " active" : ""}`} style=${{ ...template, top: index * ROW + "px" }}
      onClick=${(event) => { if (event.target.closest("a, input, button") || String(getSelection())) return; setActive(index); if (event.shiftKey) toggle(index, true); else if (session) go(link(["session", session.session_id], { at: query.at })); }}>
      <div class="grid-cell" role="gridcell">${session && html`<input type="checkbox" tabindex="-1" aria-label=${"Select " + session.session_name} checked=${chosen.has(session.session_id)}
        onClick=${(event) => { event.stopPropagation(); toggle(index, event.shiftKey); }} />`}</div>
      ${shown.map((one) => html`<div key=${one.id} role="gridcell" class=${"grid-cell" + (one.numeric ? " num" : "")}>${session ? one.cell(session, { now: query.at ? Date.parse(session.updated_at) : now, at: query.at, sparks }) : ""}</div>`)}
    </div>`);
  }
  const isEmpty = rows.total === 0 && !rows.isLoading && !rows.error;
  const isAsked = Boolean(query.filter || query.q || query.archived || query.at);
  return html`
    <h1 class="hidden">Sessions</h1>
    <${Bar} query=${query} error=${rows.error} shown=${ids}
      counts=${html`<span class="quiet" aria-live="polite">${rows.isLoading ? "reading…" : `${rows.total.toLocaleString("en")} ${rows.total === 1 ? "session" : "sessions"}`}</span>`}
      extra=${rows.isOutdated && html`<button onClick=${() => rows.refresh(first, last, true)}>The order has changed: show it</button>`} />
    ${chosen.size > 0 && html`<div class="toolbar" aria-label="Selected sessions"><${Actions} chosen=${new Map([...chosen].map(([id, session]) => [id, rows.known.get(id) ?? session]))} shown=${shown} at=${query.at} clear=${() => setChosen(new Map())} refresh=${() => rows.refresh(first, last, true)} /></div>`}
    ${rows.error && rows.error.details?.field !== "filter" && html`<div class="section"><${Fault} error=${rows.error} /></div>`}
    <div class="grid" ref=${box} role="grid" tabindex="0" aria-label="Sessions" aria-rowcount=${rows.total + 1} aria-multiselectable="true" aria-activedescendant=${active >= first && active <= last ? "row-" + active : undefined}
      onScroll=${(event) => setView({ ...view, top: event.target.scrollTop })} onKeyDown=${keyDown}
      onMouseEnter=${() => hold(true)} onMouseLeave=${() => hold(false)}>
      <div class="grid-head" role="row" aria-rowindex="1" style=${{ ...template, minWidth: least + "px" }}>
        <div class="grid-cell" role="columnheader"><span class="hidden">Selection</span></div>
        ${shown.map((one) => html`<div key=${one.id} role="columnheader" class=${"grid-cell" + (one.numeric ? " num" : "")}
          aria-sort=${one.sort && sort === one.sort ? "ascending" : one.sort && sort === "-" + one.sort ? "descending" : undefined}>
          ${one.sort ? html`<button type="button" title=${`Sort by ${one.id}`} onClick=${() => sortBy(one)}>${one.label}${sort === one.sort ? " ▲" : sort === "-" + one.sort ? " ▼" : ""}</button>`
    : html`<span class="fixed">${one.label}</span>`}</div>`)}
      </div>
      <div class="grid-body" role="rowgroup" style=${{ height: rows.total * ROW + "px", minWidth: least + "px" }}>${list}</div>
      ${isEmpty && html`<div class="padded">${isAsked ? html`<p>No session matches. <button onClick=${() => go("#/sessions")}>Show all</button></p>`
    : html`<div class="stack"><p>There is no session yet. <a href="#/create">Create one</a>, or log from a program:</p>
      <pre>${`import pivot_tracker as pivot

with pivot.session("first", base_url="${location.origin}/api/v1") as session:
    for step in range(100):
        session.log({"loss": 1 / (step + 1)}, step=step)`}</pre></div>`}</div>`}
    </div>`;
}
