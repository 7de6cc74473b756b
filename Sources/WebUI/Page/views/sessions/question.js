/**
 * What the table of sessions asks the server. A page that opens with the table asks for its first rows as soon as this module is
 * there, while the other modules are still on their way.
 */

import { get } from "../../core/api.js";
import { currentRoute } from "../../core/route.js";

/** @typedef {import("../../core/types.js").SessionList} SessionList */

/** How many sessions are asked for at once. */
export const PAGE = 100;

/**
 * The question that the address asks.
 * @param {Record<string, string>} query
 */
export const question = (query) => ({
  filter: query.filter || undefined, q: query.q || undefined, sort: query.sort || undefined, archived: query.archived ? "include" : undefined, as_of: query.at || undefined,
});

/**
 * @param {ReturnType<typeof question>} asked
 * @param {string[]} fields
 * @param {number} page
 */
const wording = (asked, fields, page) => ({ ...asked, columns: fields, limit: PAGE, offset: page * PAGE });

/**
 * The answer that was asked for before anything was drawn, until it is taken.
 * @type {{wording: string, answer: Promise<SessionList>}|null}
 */
let early = null;

const { path, query } = currentRoute();
if (path[0] === "sessions" && !query.by && !query.columns) {
  const words = wording(question(query), [], 0);
  early = { wording: JSON.stringify(words), answer: get("/training/sessions", words) };
  // The one who takes the answer handles its failure.
  early.answer.catch(() => {});
}

/**
 * Reads a page of the table.
 * @param {ReturnType<typeof question>} asked
 * @param {string[]} fields
 * @param {number} page
 * @returns {Promise<SessionList>}
 */
export function readPage(asked, fields, page) {
  const words = wording(asked, fields, page);
  const answer = early?.wording === JSON.stringify(words) ? early.answer : get("/training/sessions", words);
  early = null;
  return answer;
}
