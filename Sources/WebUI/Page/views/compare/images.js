/** Pictures of sessions side by side, at the same step. */

import { html, useMemo } from "../../core/preact.js";
import { artifactAddress, get, sessionPath } from "../../core/api.js";
import { useReading } from "../../core/reading.js";
import { change, link } from "../../core/route.js";
import { Fault } from "../../parts/small.js";
import { byKey, placeOf } from "../session/media.js";

/** The most sessions whose pictures are shown. */
const MOST = 12;

/** @param {import("../props.js").ComparePart} props */
export function Images({ sessions, query }) {
  const shown = sessions.slice(0, MOST);
  const { value, error } = useReading((signal) => Promise.all(shown.map(async (session) => {
    const [images, figures] = await Promise.all(["image", "figure"].map((kind) => get(sessionPath(session.session_id, "/artifacts"), { kind, as_of: query.at }, signal)));
    return { session, groups: byKey([...images.artifacts, ...figures.artifacts]).filter((group) => [...group.steps.values()][0].some((one) => one.content_type.startsWith("image/"))) };
  })), [shown.map((session) => session.session_id).join(), query.at]);
  const keys = useMemo(() => [...new Set((value ?? []).flatMap((one) => one.groups.map((group) => group.key)))].sort(), [value]);
  const chosen = query.keys ? query.keys.split("|") : keys.slice(0, 2);
  const steps = useMemo(() => [...new Set((value ?? []).flatMap((one) => one.groups.filter((group) => chosen.includes(group.key)).flatMap((group) => [...group.steps.keys()])))].sort((one, other) => one - other), [value, chosen.join()]);
  const step = query.step ? Number(query.step) : steps[steps.length - 1];
  const toggle = (/** @type {string} */ key) => change({ keys: (chosen.includes(key) ? chosen.filter((one) => one !== key) : [...chosen, key]).join("|") });
  if (value && keys.length === 0) return html`<p class="padded quiet">None of these sessions has logged pictures.</p>`;
  return html`<div class="toolbar">${keys.map((key) => html`<button key=${key} aria-pressed=${chosen.includes(key)}
    onClick=${() => toggle(key)}>${key}</button>`)}
      ${steps.length > 1 && html`<label class="grow">Step <input class="grow" type="range" min="0" max=${steps.length - 1}
        value=${placeOf(steps, step)} aria-label="Step" aria-valuetext=${"step " + step}
        onInput=${(event) => change({ step: steps[Number(event.target.value)] })} />
        <span class="quiet">${step}</span></label>`}
      ${sessions.length > MOST && html`<span class="quiet">of the first ${MOST} sessions</span>`}</div>
    <div class="section scroll" tabindex="0"><${Fault} error=${error} />
      <table class="plain images"><thead><tr><th></th>${(value ?? []).map(({ session }) => html`<th key=${session.session_id}><a
        href=${link(["session", session.session_id])}>${session.session_name}</a></th>`)}</tr></thead>
      <tbody>${chosen.map((key) => html`<tr key=${key}><th scope="row">${key}</th>${(value ?? []).map(({ session, groups }) => {
    const group = groups.find((one) => one.key === key);
    if (!group) return html`<td key=${session.session_id} class="quiet">none</td>`;
    const own = [...group.steps.keys()];
    const at = own[placeOf(own, step)];
    return html`<td key=${session.session_id}>${(group.steps.get(at) ?? []).slice(0, 4).map((one) => html`<img
      key=${one.path} src=${artifactAddress(session.session_id, one)} alt=${`${key} of ${session.session_name}, step ${at}`} loading="lazy" />`)}
      <div class="quiet">step ${at}</div></td>`;
  })}</tr>`)}</tbody></table></div>`;
}
