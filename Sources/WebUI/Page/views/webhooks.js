import { html } from "../core/preact.js"; export function Webhooks() { return html`<p class=padded>Webhooks</p>`; }
