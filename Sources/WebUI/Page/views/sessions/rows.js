/** The rows of the table of sessions, of which only the pages in sight are asked for. */

import { learn } from "../../core/names.js";
import { PAGE, question, readPage } from "./question.js";

/**
 * @typedef {import("../../core/types.js").Session} Session
 * @typedef {ReturnType<typeof question>} Asked
 */

/**
 * The rows of the table, by their places. While the pointer is over the table the order stays, and only what stands in the rows changes.
 */
export class Rows {
  /** @param {() => void} changed */
  constructor(changed) {
    this.changed = changed;
    this.isHeld = false;
    this.isOwn = false;
    this.generation = 0;
    /** @type {Asked} */
    this.asked = question({});
    /** @type {string[]} */
    this.fields = [];
    /** @type {Map<number, Session[]>} */
    this.pages = new Map();
    /**
     * What was told last of each session.
     * @type {Map<string, Session>}
     */
    this.known = new Map();
    /**
     * The pages that are being read.
     * @type {Set<number>}
     */
    this.wanted = new Set();
    this.total = 0;
    this.error = /** @type {any} */ (null);
    this.isLoading = true;
    this.isOutdated = false;
  }

  /**
   * Begins anew with another question.
   * @param {Asked} asked
   * @param {string[]} fields
   */
  reset(asked, fields) {
    this.asked = asked;
    this.fields = fields;
    this.pages.clear();
    this.known.clear();
    this.wanted.clear();
    this.total = 0;
    this.error = null;
    this.isLoading = true;
    this.isOutdated = false;
    this.generation += 1;
  }

  /**
   * @param {number} index
   * @returns {Session|undefined}
   */
  at(index) { return this.pages.get(Math.floor(index / PAGE))?.[index % PAGE]; }

  /**
   * Asks for the pages from one row to another that are not there.
   * @param {number} first
   * @param {number} last
   */
  want(first, last) {
    for (let page = Math.floor(first / PAGE); page <= Math.floor(last / PAGE); page += 1) {
      if (!this.pages.has(page) && !this.wanted.has(page) && (page === 0 || page * PAGE < this.total)) this.load(page);
    }
  }

  /**
   * Reads pages again that are in sight, and forgets the others. What the reader has done is shown, the pointer wherever it is.
   * @param {number} first
   * @param {number} last
   */
  refresh(first, last, isOwn = false) {
    this.isOwn = isOwn;
    const low = Math.floor(first / PAGE);
    const high = Math.floor(last / PAGE);
    for (const page of [...this.pages.keys()]) if (page < low || page > high) this.pages.delete(page);
    for (let page = low; page <= high; page += 1) this.load(page);
  }

  /** @param {number} page */
  async load(page) {
    const { generation } = this;
    this.wanted.add(page);
    try {
      const answer = await readPage(this.asked, this.fields, page);
      if (generation !== this.generation) return;
      learn(answer.sessions);
      this.take(page, answer);
      this.error = null;
    } catch (error) {
      if (generation === this.generation) this.error = error;
    } finally {
      if (generation === this.generation) {
        this.wanted.delete(page);
        this.isLoading = false;
        this.changed();
      }
    }
  }

  /**
   * @param {number} page
   * @param {import("../../core/types.js").SessionList} answer
   */
  take(page, answer) {
    for (const session of answer.sessions) this.known.set(session.session_id, session);
    const before = this.pages.get(page);
    const isSame = before && before.length === answer.sessions.length && answer.total === this.total
      && before.every((session, index) => session.session_id === answer.sessions[index].session_id);
    const isHeld = this.isHeld && !this.isOwn;
    if (!before || !isHeld || isSame) {
      this.pages.set(page, answer.sessions);
      this.total = answer.total;
      if (isSame || !isHeld) this.isOutdated = false;
      return;
    }
    const fresh = new Map(answer.sessions.map((session) => [session.session_id, session]));
    this.pages.set(page, before.map((session) => fresh.get(session.session_id) ?? session));
    this.isOutdated = true;
  }
}
