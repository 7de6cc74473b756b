/**
 * The address holds the whole state of a view, behind the `#`: a copied link shows the same, and Back goes back.
 */

/**
 * @typedef {import("./types.js").Query} Query
 * @typedef {Object} Route
 * @property {string[]} path such as `["session", "sess_1"]`
 * @property {Record<string, string>} query
 */

/**
 * The route of the address.
 * @returns {Route}
 */
export function currentRoute() {
  const [path, query = ""] = location.hash.replace(/^#\/?/, "").split("?");
  const parts = path.split("/").filter((part) => part).map(decodeURIComponent);
  return { path: parts.length ? parts : ["sessions"], query: Object.fromEntries(new URLSearchParams(query)) };
}

/**
 * The link to a route; empty values are left out.
 * @param {string[]} path
 * @param {Query} [query]
 */
export function link(path, query = {}) {
  const text = new URLSearchParams(
    Object.entries(query).filter(([, value]) => value !== undefined && value !== null && value !== "" && value !== false)
      .map(([name, value]) => [name, String(value)])).toString();
  return "#/" + path.map(encodeURIComponent).join("/") + (text ? "?" + text : "");
}

/**
 * @param {string} target
 * @param {boolean} [replaces] whether Back skips the place that is left
 */
export function go(target, replaces = false) {
  if (target === location.hash) return;
  if (replaces) {
    history.replaceState(null, "", target);
    window.dispatchEvent(new HashChangeEvent("hashchange"));
  } else location.hash = target;
}

/**
 * Changes some of the view's state in the address.
 * @param {Query} changes
 * @param {boolean} [replaces]
 */
export function change(changes, replaces = true) {
  const route = currentRoute();
  go(link(route.path, { ...route.query, ...changes }), replaces);
}
