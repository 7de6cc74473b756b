/** A card with a drawing in SVG, which can be saved as SVG, PNG and CSV. */

import { html, useRef } from "../core/preact.js";
import { csv, save } from "../core/format.js";

/**
 * The drawing as a document of its own: what style sheets say of it is written into it.
 * @param {SVGSVGElement} source
 */
function standalone(source) {
  const copy = /** @type {SVGSVGElement} */ (source.cloneNode(true));
  const [from, to] = [[source, ...source.querySelectorAll("*")], [copy, ...copy.querySelectorAll("*")]];
  from.forEach((element, index) => {
    const style = getComputedStyle(element);
    for (const name of ["fill", "stroke", "stroke-width", "stroke-opacity", "fill-opacity", "font-size", "font-family", "text-anchor", "opacity"]) to[index].setAttribute(name, style.getPropertyValue(name));
    to[index].removeAttribute("class");
  });
  const { width, height } = source.getBoundingClientRect();
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  copy.setAttribute("width", String(width));
  copy.setAttribute("height", String(height));
  const ground = document.createElementNS("http://www.w3.org/2000/svg", "rect");
  ground.setAttribute("width", "100%");
  ground.setAttribute("height", "100%");
  ground.setAttribute("fill", getComputedStyle(document.documentElement).getPropertyValue("--surface"));
  copy.prepend(ground);
  return { text: new XMLSerializer().serializeToString(copy), width, height };
}

/**
 * @param {SVGSVGElement} source
 * @returns {Promise<Blob>}
 */
async function picture(source) {
  const { text, width, height } = standalone(source);
  const image = new Image();
  image.src = "data:image/svg+xml;charset=utf-8," + encodeURIComponent(text);
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = 2 * width;
  canvas.height = 2 * height;
  canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("The picture could not be made."))), "image/png");
  });
}

/** @param {{title: string, rows: () => any[][], controls?: any, children: any}} props */
export function Figure({ title, rows, controls = null, children }) {
  const place = useRef(null);
  const drawing = () => place.current.querySelector("svg");
  return html`<section class="card chart" aria-label=${title}><header><h3>${title}</h3>${controls}<span class="tools">
    <button class="plain" aria-label=${`Save ${title} as PNG`} onClick=${async () => save(title + ".png", await picture(drawing()))}>PNG</button>
    <button class="plain" aria-label=${`Save ${title} as SVG`} onClick=${() => save(title + ".svg", standalone(drawing()).text, "image/svg+xml")}>SVG</button>
    <button class="plain" aria-label=${`Save ${title} as CSV`} onClick=${() => save(title + ".csv", csv(rows()))}>CSV</button></span></header>
    <div class="drawing" ref=${place}>${children}</div></section>`;
}
