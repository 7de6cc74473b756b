import { html } from "../core/preact.js"; export function Create() { return html`<p class=padded>Create</p>`; }
