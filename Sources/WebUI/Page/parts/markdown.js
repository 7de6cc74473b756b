/**
 * Notes in Markdown, as nodes: headings, lists, code, emphasis and links to the web. What a note contains is always text; there is no
 * way from it to markup, and a link leads to http, https or a place of this page only.
 */

import { html } from "../core/preact.js";

const INLINE = /(`[^`]+`|\*\*[^*]+\*\*|__[^_]+__|\*[^*\s][^*]*\*|\[[^\]]+\]\([^)\s]+\)|https?:\/\/[^\s<>()]+)/;

/** @param {string} target */
function safe(target) {
  try {
    const url = new URL(target, location.href);
    return url.protocol === "http:" || url.protocol === "https:" ? target : null;
  } catch {
    return null;
  }
}

/** @param {string} target @param {any} label */
const anchor = (target, label) => html`<a href=${target} rel="noopener noreferrer" target="_blank">${label}</a>`;

/** @param {string} text */
function inline(text) {
  return text.split(INLINE).map((part) => {
    if (/^`.+`$/.test(part)) return html`<code>${part.slice(1, -1)}</code>`;
    if (/^(\*\*.+\*\*|__.+__)$/.test(part)) return html`<strong>${part.slice(2, -2)}</strong>`;
    if (/^\*.+\*$/.test(part)) return html`<em>${part.slice(1, -1)}</em>`;
    const link = /^\[([^\]]+)\]\(([^)\s]+)\)$/.exec(part);
    if (link) return safe(link[2]) ? anchor(link[2], link[1]) : part;
    if (/^https?:/.test(part)) return anchor(part, part);
    return part;
  });
}

/** @param {{text: string}} props */
export function Markdown({ text }) {
  const blocks = [];
  const lines = text.split("\n");
  let index = 0;
  const take = (/** @type {(line: string) => unknown} */ matches) => {
    const taken = [];
    while (index < lines.length && matches(lines[index])) { taken.push(lines[index]); index += 1; }
    return taken;
  };
  while (index < lines.length) {
    const line = lines[index];
    if (!line.trim()) { index += 1; continue; }
    if (line.startsWith("```")) {
      index += 1;
      blocks.push(html`<pre>${take((next) => !next.startsWith("```")).join("\n")}</pre>`);
      index += 1;
    } else if (/^#{1,4} /.test(line)) {
      blocks.push(html`<h3>${inline(line.replace(/^#+ /, ""))}</h3>`);
      index += 1;
    } else if (/^\s*[-*] /.test(line)) {
      blocks.push(html`<ul>${take((next) => /^\s*[-*] /.test(next)).map((item) => html`<li>${inline(item.replace(/^\s*[-*] /, ""))}</li>`)}</ul>`);
    } else if (/^\s*\d+[.)] /.test(line)) {
      blocks.push(html`<ol>${take((next) => /^\s*\d+[.)] /.test(next)).map((item) => html`<li>${inline(item.replace(/^\s*\d+[.)] /, ""))}</li>`)}
        </ol>`);
    } else {
      const first = index;
      const paragraph = take((next) => next.trim() && (index === first || !/^(#{1,4} |```|\s*[-*] |\s*\d+[.)] )/.test(next)));
      blocks.push(html`<p>${paragraph.map((part, place) => html`${place > 0 && html`<br />`}${inline(part)}`)}</p>`);
    }
  }
  return html`<div class="markdown">${blocks}</div>`;
}
