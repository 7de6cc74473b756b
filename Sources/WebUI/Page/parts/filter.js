/** The field for a filter: it completes the names that exist, and shows a fault at its character. */

import { html, useEffect, useRef, useState } from "../core/preact.js";
import { field, knownCount, learnAllNames, learnNames, names, quotedText } from "../core/names.js";

const FIELDS = {
  status: "text", name: "text", tags: "texts", experiment: "text", group: "text", notes: "text", id: "text", current_epoch: "number", total_epochs: "number",
  attempt: "number", created_at: "time", started_at: "time", completed_at: "time", archived: "true or false", trainer_kind: "text",
};
const STATUSES = ["created", "queued", "running", "stopping", "stopped", "completed", "failed"];
const STATISTICS = ["best", "min", "max", "first", "last", "count"];

/**
 * What can stand at the caret: the word before it, and what it can become.
 * @param {string} text
 * @param {number} caret
 */
export function suggestions(text, caret) {
  const before = text.slice(0, caret);
  const value = /(\w+)\s*(?:=|!=|~|in\s*\(|,)\s*("?[^"=<>!~(),]*)$/.exec(before);
  if (value && value[1] in { status: 1, experiment: 1, group: 1, tags: 1 }) {
    const known = value[1] === "status" ? STATUSES : [...names[/** @type {"experiment"|"group"|"tags"} */ (value[1])]];
    const written = value[2].replace(/^"/, "").toLowerCase();
    const options = known.filter((one) => one.toLowerCase().includes(written)).slice(0, 30)
      .map((one) => ({ text: value[1] === "status" ? one : quotedText(one), hint: value[1] }));
    return { start: caret - value[2].length, options };
  }
  const word = (/[\w.\-/@:%"]*$/.exec(before) ?? [""])[0];
  const lower = word.toLowerCase().replaceAll('"', "");
  const all = [];
  for (const [name, kind] of Object.entries(FIELDS)) all.push({ text: name, hint: kind });
  for (const kind of /** @type {const} */ (["metrics", "params", "results", "config"])) {
    for (const name of names[kind]) all.push({ text: field(kind, name), hint: kind });
  }
  const statistic = /^metrics\.(.+)\.(\w*)$/.exec(word);
  if (statistic && names.metrics.has(statistic[1])) {
    for (const one of STATISTICS) all.unshift({ text: `metrics.${statistic[1]}.${one}`, hint: "of its points" });
  }
  if (/[\w)"]\s+\w*$/.test(before) && !/(^|and|or|not|\()\s*\w*$/i.test(before)) for (const one of ["and", "or", "not"]) all.unshift({ text: one, hint: "" });
  const options = word === "" && before !== "" ? [] : all.filter((one) => one.text.toLowerCase().replaceAll('"', "").includes(lower) && one.text !== word);
  options.sort((one, other) => Number(other.text.toLowerCase().startsWith(lower)) - Number(one.text.toLowerCase().startsWith(lower)));
  return { start: caret - word.length, options: options.slice(0, 40) };
}

/**
 * Asks for the names that begin as what stands before the caret does; whether there were new ones.
 * @param {string} before
 */
async function learnAt(before) {
  const name = /\b(metrics|params|results|config)\."?([\w.\-/@:%]*)$/.exec(before);
  if (name) return learnNames(name[1], name[2]);
  const value = /\b(experiment|group|tags?)\s*(?:=|!=|in\s*\(|,)\s*"?([^"=<>!~(),]*)$/.exec(before);
  return value ? learnNames(value[1].replace(/s?$/, "s"), value[2]) : learnAllNames();
}

/**
 * @param {{value: string, error: any, onSubmit: (text: string) => void}} props
 */
export function FilterInput({ value, error, onSubmit }) {
  const [text, setText] = useState(value);
  const [open, setOpen] = useState(/** @type {{start: number, options: {text: string, hint: string}[]}|null} */ (null));
  const [index, setIndex] = useState(-1);
  const input = useRef(null);
  /** Counts what was done with the keyboard: names that come later than that do not change what is chosen from. */
  const turn = useRef(0);
  useEffect(() => { setText(value); }, [value]);
  const propose = () => {
    const found = suggestions(input.current.value, input.current.selectionStart);
    setOpen(found.options.length ? found : null);
    setIndex(-1);
  };
  const suggest = () => {
    propose();
    turn.current += 1;
    const [mine, count] = [turn.current, knownCount()];
    // What another question has learned meanwhile counts too. What cannot be asked for is not missed: the names that the page has
    // seen are proposed.
    learnAt(input.current.value.slice(0, input.current.selectionStart)).then(() => { if (knownCount() > count && turn.current === mine) propose(); }).catch(() => {});
  };
  const take = (/** @type {{text: string}} */ option) => {
    if (!open) return;
    const caret = input.current.selectionStart;
    const next = text.slice(0, open.start) + option.text + " " + text.slice(caret);
    const place = open.start + option.text.length + 1;
    // At once, so that what is typed next stands behind it.
    input.current.value = next;
    input.current.focus();
    input.current.setSelectionRange(place, place);
    setText(next);
    suggest();
  };
  const submit = () => { setOpen(null); onSubmit(text.trim()); };
  const key = (/** @type {KeyboardEvent} */ event) => {
    turn.current += 1;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (!open) { suggest(); return; }
      event.preventDefault();
      const step = event.key === "ArrowDown" ? 1 : -1;
      setIndex((index + step + open.options.length + (index < 0 && step < 0 ? 1 : 0)) % open.options.length);
    } else if (event.key === "Tab" && open && index >= 0) {
      event.preventDefault();
      take(open.options[index]);
    } else if (event.key === "Enter") {
      event.preventDefault();
      if (open && index >= 0) take(open.options[index]); else submit();
    } else if (event.key === "Escape" && open) {
      event.preventDefault();
      setOpen(null);
    }
  };
  const character = error?.character ?? 0;
  return html`<div class="complete">
    <input ref=${input} type="text" role="combobox" aria-label="Filter" aria-expanded=${Boolean(open)}
      aria-controls="filter-options" aria-autocomplete="list"
      aria-activedescendant=${open && index >= 0 ? "filter-option-" + index : undefined}
        aria-invalid=${Boolean(error)} spellcheck="false" autocomplete="off" autocapitalize="off"
      placeholder="Filter: metrics.val_loss < 0.3 and tags = baseline" value=${text}
      onInput=${(event) => { setText(event.target.value); suggest(); }} onKeyDown=${key} onFocus=${() => { if (!text) suggest(); }}
      onBlur=${() => { turn.current += 1; setTimeout(() => setOpen(null), 120); }} />
    ${open && html`<ul id="filter-options" role="listbox" aria-label="Completions">${open.options.map((option, place) => html`
      <li key=${option.text} id=${"filter-option-" + place} role="option" aria-selected=${place === index}
        onMouseDown=${(event) => { event.preventDefault(); take(option); }}>
        ${option.text}<span>${option.hint}</span></li>`)}</ul>`}
    ${error && html`<div class="fault" role="alert">${error.message}${character > 0 && html` <pre>${text.slice(0, character - 1)}<u>
      ${text.slice(character - 1) || " "}</u></pre>`}</div>`}
  </div>`;
}
