/** The session's files as it logged them: pictures, histograms, tables and figures by step, and everything else as a list. */

import { html, useEffect, useMemo, useRef, useState } from "../../core/preact.js";
import { get, sessionPath, artifactAddress } from "../../core/api.js";
import { csv, save, short, size, time } from "../../core/format.js";
import { throttled, useReading } from "../../core/reading.js";
import { change } from "../../core/route.js";
import { InSight } from "../../parts/sight.js";
import { Fault } from "../../parts/small.js";

/**
 * @typedef {import("../../core/types.js").Artifact} Artifact
 * @typedef {import("../../core/formats.js").Histogram} Histogram
 */

/** The kinds that have views of their own, in the order in which they stand. */
const KINDS = { image: "Pictures", figure: "Figures", histogram: "Histograms", table: "Tables" };

/** @param {Artifact} artifact */
const canShow = (artifact) => /^image\/(png|jpeg|gif|webp|avif|svg\+xml)$/.test(artifact.content_type);

/**
 * @typedef {Object} Shown artifacts that show the same, by their steps; those without a step have −1
 * @property {string} kind
 * @property {string} key
 * @property {Map<number, Artifact[]>} steps
 */

/**
 * Artifacts by what they show, each in the order of its steps.
 * @param {Artifact[]} artifacts
 */
export function byKey(artifacts) {
  /** @type {Map<string, Shown>} */
  const groups = new Map();
  for (const artifact of artifacts) {
    const kind = artifact.kind ?? "";
    if (!(kind in KINDS) || (kind === "figure" && !canShow(artifact) && artifact.content_type !== "application/json")) continue;
    const key = `${kind}\n${artifact.key ?? artifact.path}`;
    const group = groups.get(key) ?? { kind, key: artifact.key ?? artifact.path, steps: new Map() };
    const step = artifact.step ?? -1;
    groups.set(key, group);
    group.steps.set(step, [...(group.steps.get(step) ?? []), artifact]);
  }
  for (const group of groups.values()) group.steps = new Map([...group.steps].sort(([one], [other]) => one - other));
  return [...groups.values()].sort((one, other) => Object.keys(KINDS).indexOf(one.kind) - Object.keys(KINDS).indexOf(other.kind) || one.key.localeCompare(other.key));
}

/**
 * The last place of `steps` that is not beyond `step`.
 * @param {number[]} steps
 * @param {number} step
 */
export function placeOf(steps, step) {
  let place = 0;
  steps.forEach((one, index) => { if (one <= step) place = index; });
  return place;
}

/** @param {{steps: number[], place: number, onPlace: (place: number) => void, label: string}} props */
function StepSlider({ steps, place, onPlace, label }) {
  if (steps.length < 2) return steps[0] >= 0 ? html`<span class="quiet">step ${steps[0]}</span>` : null;
  return html`<div class="row"><input class="grow" type="range" min="0" max=${steps.length - 1} value=${place} aria-label=${label}
    aria-valuetext=${"step " + steps[place]} onInput=${(event) => onPlace(Number(event.target.value))} />
    <span class="quiet">step ${steps[place]} (${place + 1} of ${steps.length})</span></div>`;
}

/**
 * The documents of artifacts by their digests; each is read once.
 * @type {Map<string, Promise<any>>}
 */
const documents = new Map();

/**
 * @param {string} session
 * @param {Artifact} artifact
 * @returns {Promise<any>} a Histogram or a DataTable, as the artifact's kind says
 */
function documentOf(session, artifact) {
  const known = documents.get(artifact.digest);
  if (known) return known;
  if (documents.size > 400) documents.clear();
  const read = fetch(artifactAddress(session, artifact)).then((answer) => { if (!answer.ok) throw new Error(`${artifact.path} cannot be read (${answer.status}).`); return answer.json(); });
  documents.set(artifact.digest, read);
  return read;
}

/**
 * The bars of one histogram.
 * @param {{document: Histogram}} props
 */
function Bars({ document: found }) {
  const counts = found.counts ?? [];
  if (counts.length === 0) return html`<p class="quiet">No finite value.</p>`;
  const most = Math.max(...counts, 1);
  const width = 100 / counts.length;
  const label = `${found.total_count} values from ${short(found.min)} to ${short(found.max)}, mean ${short(found.mean)}`;
  return html`<svg viewBox="0 0 100 40" preserveAspectRatio="none" width="100%" height="120" role="img"
    aria-label=${label}>${counts.map((count, index) => html`
    <rect key=${index} x=${index * width} y=${40 - 40 * count / most} width=${width * 0.92} height=${40 * count / most} fill="var(--accent)"><title>
      ${`${short(found.edges[index])} to ${short(found.edges[index + 1])}: ${count}`}</title></rect>`)}</svg>
    <div class="row quiet"><span>${short(found.edges[0])}</span><span class="grow end">${short(found.edges[found.edges.length - 1])}</span></div>
    <p class="quiet">
      ${label}${found.nan_count ? `, ${found.nan_count} NaN` : ""}${found.positive_infinity_count + found.negative_infinity_count ? `, ${found.positive_infinity_count + found.negative_infinity_count} infinite` : ""}</p>`;
}

/**
 * The histograms of many steps: time from left to right, values upwards, darker where there are more.
 * @param {{session: string, artifacts: Artifact[]}} props
 */
function Heat({ session, artifacts }) {
  const canvas = useRef(null);
  const chosen = useMemo(() => { const every = Math.ceil(artifacts.length / 60); return artifacts.filter((_, index) => index % every === 0 || index === artifacts.length - 1); }, [artifacts]);
  const { value } = useReading(() => /** @type {Promise<Histogram[]>} */ (Promise.all(chosen.map((one) => documentOf(session, one)))), [chosen.map((one) => one.digest).join()]);
  const found = useMemo(() => value ?? [], [value]);
  const finite = found.filter((one) => one.edges.length > 1);
  const low = Math.min(...finite.map((one) => one.edges[0]));
  const high = Math.max(...finite.map((one) => one.edges[one.edges.length - 1]));
  useEffect(() => {
    if (!canvas.current || finite.length === 0) return;
    const context = canvas.current.getContext("2d");
    const { width, height } = canvas.current;
    context.clearRect(0, 0, width, height);
    const most = Math.max(...finite.map((one) => Math.max(...one.counts) / one.total_count));
    context.fillStyle = getComputedStyle(document.documentElement).getPropertyValue("--accent");
    found.forEach((one, index) => {
      for (let bin = 0; bin < one.counts.length; bin += 1) {
        const bottom = height * (1 - (one.edges[bin] - low) / (high - low || 1));
        const top = height * (1 - (one.edges[bin + 1] - low) / (high - low || 1));
        context.globalAlpha = Math.sqrt(one.counts[bin] / one.total_count / most);
        context.fillRect(index * width / found.length, top, Math.ceil(width / found.length), Math.max(1, bottom - top));
      }
    });
  }, [found]);
  if (!value) return html`<p class="quiet">reading…</p>`;
  return html`<canvas ref=${canvas} width="480" height="160" class="heat" role="img"
    aria-label=${`Distribution over ${chosen.length} steps, from ${short(low)} to ${short(high)}`}></canvas>
    <div class="row quiet"><span>step ${chosen[0].step}</span><span class="grow end">step ${chosen[chosen.length - 1].step}</span>
      <span>values ${short(low)} to ${short(high)}</span></div>`;
}

/**
 * A document's table, of which the first rows are drawn.
 * @param {{document: import("../../core/formats.js").DataTable, name: string}} props
 */
function Table({ document: found, name }) {
  const [sort, setSort] = useState({ column: -1, falling: false });
  const cell = (/** @type {import("../../core/formats.js").Cell} */ value) => (value !== null && typeof value === "object" ? value.number : value);
  const order = Array.from({ length: found.row_count }, (_, index) => index);
  if (sort.column >= 0) {
    const { values } = found.columns[sort.column];
    order.sort((one, other) => {
      const [a, b] = [cell(values[one]), cell(values[other])];
      const less = typeof a === "number" && typeof b === "number" ? a - b : String(a ?? "").localeCompare(String(b ?? ""));
      return sort.falling ? -less : less;
    });
  }
  const table = () => save(name + ".csv", csv([found.columns.map((one) => one.name), ...order.map((row) => found.columns.map((one) => cell(one.values[row]) ?? ""))]));
  return html`<div class="scroll tall" tabindex="0"><table class="plain"><thead><tr>${found.columns.map((one, index) => html`<th key=${index}
    class=${one.type === "number" ? "num" : ""}>
      <button class="plain"
        onClick=${() => setSort({ column: index, falling: sort.column === index && !sort.falling })}>${one.name}${sort.column === index && (sort.falling ? " ▼" : " ▲")}</button></th>`)}</tr></thead>
    <tbody>${order.slice(0, 200).map((row) => html`<tr key=${row}>${found.columns.map((one, index) => html`<td key=${index}
      class=${one.type === "number" ? "num" : "break"}>${one.type === "number" ? short(one.values[row]) : String(cell(one.values[row]) ?? "")}</td>`)}
      </tr>`)}</tbody></table></div>
    <p class="row quiet"><span>${found.row_count.toLocaleString("en")} rows${found.row_count > 200 && ", the first 200 in this order"}</span>
      <button class="plain" onClick=${table}>CSV</button></p>`;
}

/** @param {{session: string, artifact: Artifact, View: (props: {document: any, name: string}) => any}} props */
function DocumentView({ session, artifact, View }) {
  const { value, error } = useReading(() => documentOf(session, artifact), [artifact.digest]);
  if (error) return html`<${Fault} error=${error} />`;
  return value ? html`<${View} document=${value} name=${artifact.path} />` : html`<p class="quiet">reading…</p>`;
}

/** @param {{session: string, group: Shown, step: number|null}} props */
function Group({ session, group, step }) {
  const steps = [...group.steps.keys()];
  const [own, setOwn] = useState(/** @type {number|null} */ (null));
  useEffect(() => { setOwn(null); }, [step]);
  const place = Math.min(own ?? (step === null ? steps.length - 1 : placeOf(steps, step)), steps.length - 1);
  const shown = group.steps.get(steps[place]) ?? [];
  const pictures = shown.filter(canShow);
  return html`<section class="card picture"><header class="row"><h3 class="grow clip" title=${group.key}>${group.key}</h3>
    <a href=${artifactAddress(session, shown[0])} download class="quiet">download</a></header>
    ${pictures.length > 0 && html`<div class=${pictures.length > 1 ? "pictures small" : ""}>${pictures.map((one) => html`<a key=${one.path}
      href=${artifactAddress(session, one)} target="_blank" rel="noopener">
      <img src=${artifactAddress(session, one)} loading="lazy" alt=${`${group.key}, step ${one.step ?? "none"}`} /></a>`)}</div>`}
    ${group.kind === "histogram" && steps.length > 1 && html`<${Heat} session=${session} artifacts=${steps.flatMap((one) => group.steps.get(one)?.[0] ?? [])} />`}
    ${group.kind === "histogram" && html`<${DocumentView} session=${session} artifact=${shown[0]} View=${Bars} />`}
    ${group.kind === "table" && html`<${DocumentView} session=${session} artifact=${shown[0]} View=${Table} />`}
    <${StepSlider} steps=${steps} place=${place} onPlace=${setOwn} label=${"Step of " + group.key} /></section>`;
}

/** @param {import("../props.js").SessionPart} props */
export function Media({ session, query, at, bus }) {
  const id = session.session_id;
  const { value, error, reload } = useReading((signal) => get(sessionPath(id, "/artifacts"), { attempts: query.attempts === "all" ? "all" : undefined, as_of: at ?? undefined }, signal), [id, query.attempts, at]);
  useEffect(() => {
    const again = throttled(reload, 2000);
    const stop = bus.on((frame) => { if (!["metrics", "host", "log"].includes(frame.type)) again(); });
    return () => { stop(); again.cancel(); };
  }, []);
  const find = (query.find ?? "").toLowerCase();
  const artifacts = useMemo(() => /** @type {Artifact[]} */ (value?.artifacts ?? [])
    .filter((one) => !find || one.path.toLowerCase().includes(find)), [value, find]);
  const groups = useMemo(() => byKey(artifacts), [artifacts]);
  const steps = useMemo(() => [...new Set(groups.flatMap((group) => [...group.steps.keys()]))].filter((step) => step >= 0).sort((one, other) => one - other), [groups]);
  const step = query.step ? Number(query.step) : null;
  return html`<div class="toolbar"><input type="search" aria-label="Find files" placeholder="Find files" value=${query.find ?? ""}
    onInput=${(event) => change({ find: event.target.value })} />
      ${steps.length > 1 && html`<label class="grow">All at step <input class="grow" type="range" min="0" max=${steps.length - 1}
        value=${step === null ? steps.length - 1 : placeOf(steps, step)} aria-label="Step of all"
        aria-valuetext=${"step " + (step ?? steps[steps.length - 1])}
        onInput=${(event) => change({ step: Number(event.target.value) === steps.length - 1 ? "" : steps[Number(event.target.value)] })} />
          <span class="quiet">${step ?? "the last"}</span></label>`}
      <span class="quiet">${artifacts.length} files</span></div>
    <div class="section stack"><${Fault} error=${error} />
      ${value && artifacts.length === 0 && html`<p class="quiet">No file ${at !== null ? "had been" : "has been"} logged.</p>`}
      ${Object.entries(KINDS).map(([kind, label]) => { const some = groups.filter((group) => group.kind === kind); return some.length === 0 ? null : html`<div key=${kind}><div class="prefix"><h2>${label}</h2>
        <span class="quiet">${some.length}</span></div>
        <div class=${"pictures" + (kind === "image" ? "" : " roomy")}>${some.map((group) => html`<${InSight}
          key=${group.key} height=${200}>${() => html`<${Group} session=${id} group=${group} step=${step} />`}</${InSight}>`)}</div></div>`; })}
      ${artifacts.length > 0 && html`<details open=${groups.length === 0}><summary>All files</summary>
        <div class="card scroll" tabindex="0"><table class="plain"><thead><tr><th>Path</th><th>Kind</th><th class="num">Step</th>
        <th class="num">Size</th><th class="num">Stored</th><th>Saved</th></tr></thead>
        <tbody>${artifacts.slice(0, 1000).map((one) => html`<tr key=${one.path}><td class="break"><a download
          href=${artifactAddress(id, one)}>${one.path}</a>${one.superseded && html` <span class="badge">superseded</span>`}</td>
          <td>${one.kind ?? ""}</td><td class="num">${one.step ?? ""}</td>
          <td class="num">${size(one.size_bytes)}</td><td class="num">${size(one.stored_size_bytes)}</td>
            <td class="when">${time(one.created_at)}</td></tr>`)}</tbody></table>
        ${artifacts.length > 1000 && html`<p class="padded quiet">The first 1,000 of ${artifacts.length} are listed; find the others by their paths.</p>`}</div></details>`}
    </div>`;
}

