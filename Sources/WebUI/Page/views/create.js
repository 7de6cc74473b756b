/** A new session: of a configuration, with the help of its schema at each key, or of a past session. */

import { html, useEffect, useMemo, useRef, useState } from "../core/preact.js";
import { get, send, sessionPath } from "../core/api.js";
import { flatten, parse, write } from "../core/configuration.js";
import { whole } from "../core/format.js";
import { useReading } from "../core/reading.js";
import { go, link } from "../core/route.js";
import { allowed, check, keysOf, schemaAt } from "../core/schema.js";
import { attempt, Fault } from "../parts/small.js";

/** @typedef {import("../core/types.js").ConfigurationProblem} ConfigurationProblem */

const EXAMPLE = `# A simulated training, for trying things out within seconds.
trainer:
  kind: synthetic
  step_milliseconds: 20
train:
  epochs: 10
  learning_rate: 0.001
  seed: 1
`;

const readSchema = async () => (await fetch(new URL("../session.schema.json", import.meta.url))).json();

/**
 * The dotted name that the caret stands in: that of its line, or of the mapping above it.
 * @param {Map<string, number>} places
 * @param {number} line
 */
function pathAt(places, line) {
  let found = "";
  let best = 0;
  for (const [path, place] of places) if (place <= line && (place > best || (place === best && path.length > found.length))) { best = place; found = path; }
  return found;
}

/**
 * A message of the server without its line, which stands beside it.
 * @param {string} message
 */
const withoutLine = (message) => message.replace(/ \(line \d+\)/, "");

/** @param {{text: string, setText: (text: string) => void, problems: {line: number, message: string, isWarning?: boolean}[], parsed: any, schema: any}} props */
function Editor({ text, setText, problems, parsed, schema }) {
  const [line, setLine] = useState(1);
  const area = useRef(null);
  const follow = () => setLine(area.current.value.slice(0, area.current.selectionStart).split("\n").length);
  const path = pathAt(parsed.places, line);
  const own = schema && path ? schemaAt(schema, parsed.value, path) : undefined;
  const isMapping = own && (own.properties || own.allOf);
  const parent = isMapping ? path : path.split(".").slice(0, -1).join(".");
  const owner = schema && (parent ? schemaAt(schema, parsed.value, parent) : schema);
  const inner = parent.split(".").filter((one) => one).reduce((value, name) => value?.[name], parsed.value);
  const keys = owner ? [...keysOf(owner, inner)].sort(([one], [other]) => one.localeCompare(other)) : [];
  const insert = (/** @type {string} */ name, /** @type {any} */ part) => {
    const lines = text.split("\n");
    const indent = "  ".repeat(parent ? parent.split(".").length : 0);
    const value = part.properties || part.allOf ? "" : " " + (part.default === undefined || part.default === null ? "" : whole(part.default));
    let at = parent ? parsed.places.get(parent) ?? lines.length : lines.length;
    if (parent) while (at < lines.length && (/^\s*$/.test(lines[at]) === false) && lines[at].startsWith(indent)) at += 1;
    lines.splice(at, 0, `${indent}${name}:${value}`);
    setText(lines.join("\n"));
    requestAnimationFrame(() => { area.current.focus(); const place = lines.slice(0, at + 1).join("\n").length; area.current.setSelectionRange(place, place); follow(); });
  };
  /**
   * Begins the next line as far in as this one, or further below a mapping.
   * @param {KeyboardEvent} event
   */
  const indented = (event) => {
    if (event.key !== "Enter") return;
    const { selectionStart: start, selectionEnd: end } = area.current;
    const before = text.slice(0, start).split("\n").pop() ?? "";
    const indent = (/^ */.exec(before) ?? [""])[0] + (/:\s*$/.test(before) ? "  " : "");
    if (!indent) return;
    event.preventDefault();
    setText(text.slice(0, start) + "\n" + indent + text.slice(end));
    const place = start + 1 + indent.length;
    requestAnimationFrame(() => { area.current.setSelectionRange(place, place); follow(); });
  };
  return html`<div class="editor"><div class="stack">
      <textarea ref=${area} aria-label="Configuration" aria-describedby="problems" spellcheck="false" value=${text}
        onInput=${(event) => { setText(event.target.value); follow(); }} onKeyUp=${follow} onClick=${follow}
        onKeyDown=${indented}></textarea>
      <div id="problems" aria-live="polite">${problems.map((problem, index) => html`<p key=${index} class=${problem.isWarning ? "quiet" : "fault"}>
        ${problem.line > 0 && html`<button type="button" class="plain"
        onClick=${() => { const at = text.split("\n").slice(0, problem.line - 1).join("\n").length + (problem.line > 1 ? 1 : 0); area.current.focus(); area.current.setSelectionRange(at, at + (text.split("\n")[problem.line - 1] ?? "").length); follow(); }}>line ${problem.line}</button> `}${problem.message}</p>`)}</div>
    </div>
    <aside class="side stack" aria-label="Help">${own && path ? html`<div><h3 class="mono">${path}</h3>
      <p>${own.description ?? ""}</p><dl class="facts"><dt>Allowed</dt>
      <dd>${allowed(own)}</dd>${own.default !== undefined && own.default !== null && html`<dt>Default</dt>
      <dd class="mono">${whole(own.default)}</dd>`}</dl></div>`
    : path ? html`<p><code>${path}</code> is not a key of the schema.</p>` : null}
      <h3>Keys ${parent ? html`below <code>${parent}</code>` : "at the top"}</h3>
      ${keys.map(([name, part]) => html`<div key=${name}><button type="button" class="plain mono" disabled=${inner?.[name] !== undefined}
        onClick=${() => insert(name, part)} title="Insert it">${name}</button> <span class="quiet">
        ${part.description ?? (part.properties || part.allOf ? "a mapping" : "")}</span></div>`)}
    </aside></div>`;
}

/** @param {{route: import("../core/route.js").Route}} props */
export function Create({ route }) {
  const { from, checkpoint } = route.query;
  const [text, setText] = useState(from ? "" : EXAMPLE);
  const [fields, setFields] = useState({ name: "", experiment: "", group: "", tags: "", notes: "", file: "" });
  const [starts, setStarts] = useState(true);
  const [error, setError] = useState(null);
  const [isBusy, setBusy] = useState(false);
  const { value: schema } = useReading(readSchema, []);
  const { value: original, error: missing } = useReading((signal) => (from ? get(sessionPath(from), {}, signal) : Promise.resolve(null)), [from]);
  useEffect(() => {
    if (!original) return;
    setText(write(original.config));
    setFields({ name: original.session_name + (checkpoint ? " continued" : " copy"), experiment: original.experiment ?? "", group: original.group ?? "", tags: original.tags.join(", "), notes: "", file: "" });
  }, [original]);
  const parsed = useMemo(() => parse(text), [text]);
  const source = fields.file.trim() ? { config_path: fields.file.trim(), overrides: Object.fromEntries(flatten(parsed.value)) } : { config_text: text };
  const asked = JSON.stringify({ ...source, parent: from && !checkpoint ? from : undefined, checkpoint_id: checkpoint || undefined });
  const [checked, setChecked] = useState(/** @type {{asked: string, problems: ConfigurationProblem[], warnings: ConfigurationProblem[]}|null} */ (null));
  useEffect(() => {
    if (parsed.problems.length > 0 || !text.trim()) return undefined;
    const checking = new AbortController();
    // After a pause in typing. What cannot be checked now is checked when the session is created.
    const timer = setTimeout(() => send("POST", "/training/sessions/check", JSON.parse(asked), {}, checking.signal)
      .then((answer) => setChecked({ asked, problems: answer.problems, warnings: answer.warnings }), () => {}), 500);
    return () => { clearTimeout(timer); checking.abort(); };
  }, [asked, parsed.problems.length]);
  const problems = useMemo(() => {
    /** @type {{line: number, message: string, isWarning?: boolean}[]} */
    const found = [...parsed.problems];
    const paths = new Set();
    if (schema && found.length === 0 && !fields.file) for (const one of check(schema, parsed.value)) { found.push({ line: parsed.places.get(one.path) ?? 0, message: `${one.path} ${one.message}` }); paths.add(one.path); }
    if (checked?.asked === asked) {
      const lineOf = (/** @type {ConfigurationProblem} */ one) => one.line ?? parsed.places.get(one.field.replace(/^config\./, "")) ?? 0;
      for (const one of checked.problems) if (!paths.has(one.field)) found.push({ line: lineOf(one), message: withoutLine(one.message) });
      for (const one of checked.warnings) found.push({ line: lineOf(one), message: `${one.field}: ${one.message}`, isWarning: true });
    }
    return found;
  }, [parsed, schema, fields.file, checked, asked]);
  const told = (error?.details?.problems ?? []).map((/** @type {{path: string, message: string, line?: number}} */ one) => ({ line: one.line ?? parsed.places.get(one.path.replace(/^(config|overrides)\./, "")) ?? 0, message: withoutLine(one.message) }));
  const changed = useMemo(() => {
    if (!original) return [];
    const before = new Map(flatten(original.config));
    const after = new Map(flatten(parsed.value));
    return [...new Set([...before.keys(), ...after.keys()])].filter((name) => JSON.stringify(before.get(name)) !== JSON.stringify(after.get(name))).map((name) => [name, before.get(name), after.get(name)]);
  }, [original, parsed]);
  const isExternal = !fields.file && parsed.value.trainer?.kind === "external";
  const submit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    const common = {
      session_name: fields.name.trim() || undefined, experiment: fields.experiment.trim() || undefined, group: fields.group.trim() || undefined, notes: fields.notes || undefined,
      tags: fields.tags.split(",").map((one) => one.trim()).filter((one) => one), parent: from && !checkpoint ? from : undefined, checkpoint_id: checkpoint || undefined,
    };
    try {
      const session = await send("POST", "/training/sessions", { ...common, ...source });
      if (starts && !isExternal) await attempt(() => send("POST", sessionPath(session.session_id, "/start")));
      go(link(["session", session.session_id]));
    } catch (fault) { setError(fault); setBusy(false); }
  };
  const input = (/** @type {keyof typeof fields} */ name, /** @type {string} */ label, /** @type {string} */ hint) => html`<label class="field">${label}<input type="text" value=${fields[name]} placeholder=${hint}
    onInput=${(event) => setFields({ ...fields, [name]: event.target.value })} /></label>`;
  return html`<form class="section stack" onSubmit=${submit}>
    <h1>${from ? (checkpoint ? "A session from a checkpoint" : "A session like another one") : "New session"}</h1>
    <${Fault} error=${missing} />
    ${from && html`<p>From <a href=${link(["session", from])}>${original?.session_name ?? from}</a>
      ${checkpoint && html`: its weights, and its epochs, are those of <code>${checkpoint}
      </code>; <code>train.epochs</code> is the absolute total`}.</p>`}
    <div class="columns">
      ${input("name", "Name", "made from the configuration")}${input("experiment", "Experiment", "none")}${input("group", "Group", "none")}${input("tags", "Tags, with commas between them", "none")}</div>
    <label class="field">Notes, in Markdown<textarea rows="2" value=${fields.notes}
      onInput=${(event) => setFields({ ...fields, notes: event.target.value })}></textarea></label>
    ${!from && input("file", "A configuration file of the server; what stands below then changes it", "such as configs/synthetic.yaml; empty for what stands below")}
    <${Editor} text=${text} setText=${(next) => { setText(next); setError(null); }} problems=${told.length ? told : problems} parsed=${parsed} schema=${schema} />
    ${from && original && html`<p class="quiet">
      ${changed.length === 0 ? "Nothing of the configuration differs from the original yet." : "What differs from the original:"}</p>
      ${changed.length > 0 && html`<div class="card scroll" tabindex="0"><table class="plain"><tbody>${changed.map(([name, before, after]) => html`<tr
        key=${name}><th scope="row">${name}</th>
        <td class="mono">${before === undefined ? "–" : whole(before)}</td>
        <td class="mono">${after === undefined ? "–" : whole(after)}</td></tr>`)}</tbody></table></div>`}`}
    ${error && told.length === 0 && html`<${Fault} error=${error} />`}
    <div class="row"><button class="primary"
      disabled=${isBusy || parsed.problems.length > 0}>${isBusy ? "Working…" : starts && !isExternal ? "Create and start" : "Create"}</button>
      ${isExternal ? html`<span class="quiet">A program of your own trains it: it claims the session with the Python client, <code>pivot.session(resume=…)</code>.</span>`
    : html`<label><input type="checkbox" checked=${starts} onChange=${(event) => setStarts(event.target.checked)} />start it</label>`}</div>
  </form>`;
}
