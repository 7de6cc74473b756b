import { html } from "../core/preact.js"; export function Compare() { return html`<p class=padded>Compare</p>`; }
