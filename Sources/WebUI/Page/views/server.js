import { html } from "../core/preact.js"; export function Server() { return html`<p class=padded>Server</p>`; }
