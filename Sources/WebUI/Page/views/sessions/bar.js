/** The controls above the table of sessions. */

import { html, useEffect, useMemo, useRef, useState } from "../../core/preact.js";
import { field, learnAllNames, learnNames, names } from "../../core/names.js";
import { throttled, useKept } from "../../core/reading.js";
import { change } from "../../core/route.js";
import { Position } from "../../parts/asof.js";
import { FIXED, USUAL } from "../../parts/columns.js";
import { FilterInput } from "../../parts/filter.js";
import { Menu } from "../../parts/small.js";

/** @param {{shown: string[]}} props */
function ColumnList({ shown }) {
  const [text, setText] = useState("");
  const [, draw] = useState(0);
  useEffect(() => {
    let isGone = false;
    learnAllNames().then((isNew) => { if (isNew && !isGone) draw((count) => count + 1); }).catch(() => {});
    return () => { isGone = true; };
  }, []);
  const known = [...FIXED.map((one) => one.id)];
  for (const kind of /** @type {const} */ (["metrics", "params", "results", "config"])) for (const name of names[kind]) known.push(field(kind, name));
  for (const name of names.metrics) known.push(field("metrics", name) + ".best");
  const all = [...new Set([...shown, ...known])].filter((id) => id.toLowerCase().includes(text.toLowerCase()));
  const toggle = (/** @type {string} */ id) => change({ columns: (shown.includes(id) ? shown.filter((one) => one !== id) : [...shown, id]).join(",") });
  return html`
    <input type="search" aria-label="Find a column" placeholder="Find a column" value=${text} onInput=${(event) => setText(event.target.value)} />
    ${all.slice(0, 200).map((id) => html`<label class="option" key=${id}><input type="checkbox" checked=${shown.includes(id)}
      onChange=${() => toggle(id)} />
      <span class="clip">${FIXED.find((one) => one.id === id)?.label ?? id}</span></label>`)}
    <button class="plain" onClick=${() => change({ columns: "" })}>Show the usual ones</button>`;
}

function Views() {
  const [kept, setViews] = useKept("views", []);
  const views = /** @type {{name: string, address: string}[]} */ (kept);
  const [name, setName] = useState("");
  const keep = (/** @type {Event} */ event) => {
    event.preventDefault();
    if (!name.trim()) return;
    setViews([...views.filter((view) => view.name !== name.trim()), { name: name.trim(), address: location.hash || "#/sessions" }]);
    setName("");
  };
  return html`<${Menu} label="Views" title="Filter, order, columns and groups, kept in this browser; the address holds them too">
    ${views.map((view) => html`<div class="option" key=${view.name}><a class="grow" href=${view.address}>${view.name}</a>
      <button class="plain" aria-label=${"Forget the view " + view.name} onClick=${() => setViews(views.filter((one) => one !== view))}>×</button>
        </div>`)}
    <form class="row" onSubmit=${keep}><input type="text" aria-label="Name of the view" placeholder="Keep this view as" value=${name}
      onInput=${(event) => setName(event.target.value)} />
      <button>Keep</button></form>
  </${Menu}>`;
}

/**
 * The controls above the table.
 * @param {{query: Record<string, string>, error?: any, shown?: string[], extra?: any, counts?: any}} props
 */
export function Bar({ query, error = null, shown = USUAL, extra = null, counts = null }) {
  const search = useMemo(() => throttled(() => change({ q: typed.current }), 250), []);
  const typed = useRef(query.q ?? "");
  const [, draw] = useState(0);
  const learn = () => { learnNames("params").then((isNew) => { if (isNew) draw((count) => count + 1); }).catch(() => {}); };
  const groupings = ["experiment", "group", "tags", ...[...names.params].map((name) => field("params", name))];
  return html`<div class="toolbar" role="search">
    <input type="search" aria-label="Search names, notes and tags" placeholder="Search" value=${query.q ?? ""}
      onInput=${(event) => { typed.current = event.target.value; search(); }} />
    <${FilterInput} value=${query.filter ?? ""} error=${error?.details?.field === "filter" ? error : null}
      onSubmit=${(text) => change({ filter: text }, false)} />
    <label>Group by <select aria-label="Group by" value=${query.by ?? ""} onFocus=${learn} onChange=${(event) => change({ by: event.target.value }, false)}>
      <option value="">nothing</option>${groupings.map((one) => html`<option key=${one} value=${one}>${one}</option>`)}</select></label>
    <${Menu} label="Columns"><${ColumnList} shown=${shown} /></${Menu}><${Views} />
    <label><input type="checkbox" checked=${Boolean(query.archived)}
      onChange=${(event) => change({ archived: event.target.checked ? "1" : "" })} />archived</label>
    <${Position} at=${query.at} />
    ${counts}${extra}
  </div>`;
}
