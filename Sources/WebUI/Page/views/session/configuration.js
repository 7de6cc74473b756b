/** The resolved configuration and the params of a session. */

import { html, useState } from "../../core/preact.js";
import { save, whole } from "../../core/format.js";
import { flatten } from "../../core/configuration.js";

/** @param {import("../props.js").SessionPart} props */
export function Configuration({ session }) {
  const [find, setFind] = useState("");
  const [isText, setText] = useState(false);
  const rows = flatten(session.config ?? {}).filter(([name, value]) => (name + " " + whole(value)).toLowerCase().includes(find.toLowerCase()));
  const params = Object.entries(session.params ?? {}).filter(([name, value]) => (name + " " + whole(value)).toLowerCase().includes(find.toLowerCase()));
  return html`<div class="section stack">
    <div class="row"><input type="search" aria-label="Find keys and values" placeholder="Find keys and values" value=${find}
      onInput=${(event) => setFind(event.target.value)} />
      <button aria-pressed=${isText} onClick=${() => setText(!isText)}>JSON</button>
      <button onClick=${() => save(session.session_name + ".json", JSON.stringify(session.config, null, 2), "application/json")}>Download</button>
      <span class="quiet">${session.config_path ?? ""}</span><code class="quiet clip">${session.config_digest ?? ""}</code></div>
    <div class="columns">
      <section class="card"><header><h2>Params</h2><span class="quiet">${params.length}</span></header>
        <div class="scroll" tabindex="0"><table class="plain"><tbody>${params.map(([name, value]) => html`<tr key=${name}><th scope="row">${name}</th>
        <td class="break mono">${whole(value)}</td></tr>`)}</tbody></table>
        ${params.length === 0 && html`<p class="padded quiet">None.</p>`}</div></section>
      <section class="card"><header><h2>Configuration</h2><span class="quiet">${rows.length}</span></header>
        <div class="scroll" tabindex="0">${isText ? html`<pre class="padded">${JSON.stringify(session.config, null, 2)}</pre>`
    : html`<table class="plain"><tbody>${rows.map(([name, value]) => html`<tr key=${name}><th scope="row">${name}</th>
      <td class="break mono">${whole(value)}</td></tr>`)}</tbody></table>`}</div></section>
    </div></div>`;
}
