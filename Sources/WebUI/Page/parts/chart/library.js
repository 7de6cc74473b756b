/** uPlot, which is a script of its own and no module, with its style sheet. */

/**
 * An element of the document's head that loads a part of the library of charts, once it has.
 * @param {HTMLScriptElement|HTMLLinkElement} element
 */
const loaded = (element) => new Promise((resolve, reject) => {
  element.addEventListener("load", resolve);
  element.addEventListener("error", () => reject(new Error("The library of the charts cannot be loaded. Load the page again.")));
  document.head.append(element);
});

/** @param {string} name */
const libraryFile = (name) => new URL("../../vendor/" + name, import.meta.url).href;

await Promise.all([
  loaded(Object.assign(document.createElement("link"), { rel: "stylesheet", href: libraryFile("uplot.css") })),
  loaded(Object.assign(document.createElement("script"), { src: libraryFile("uplot.js") })),
]);
/** The library. */
export const { uPlot } = window;
