/** The rows of the table of sessions, of which only the pages in sight are asked for. */

import { learn } from "../../core/names.js";
import { PAGE, question, readPage } from "./question.js";

/**
 * @typedef {import("../../core/types.js").Session} Session
 * @typedef {ReturnType<typeof question>} Asked
 */

/** The most pages that are kept: those nearest to what is in sight. */
const MOST_PAGES = 12;
/** The most pages that are read at once. What was scrolled by before its turn came is never asked for. */
const MOST_READS = 3;

/**
 * The rows of the table, by their places, of which a bounded number is kept however many there are. While the pointer is over the table the order stays, and only what stands in the rows changes.
 */
export class Rows {
  /** @param {() => void} changed */
  constructor(changed) {
    this.changed = changed;
    this.isHeld = false;
    this.generation = 0;
    /** How many reads have begun. */
    this.reads = 0;
    /**
     * The read of each page that was shown last. One that had begun before it comes too late.
     * @type {Map<number, number>}
     */
    this.taken = new Map();
    /**
     * The pages that are to show what the reader has done, and the first read that does.
     * @type {Map<number, number>}
     */
    this.own = new Map();
    /** @type {Asked} */
    this.asked = question({});
    /** @type {string[]} */
    this.fields = [];
    /** @type {Map<number, Session[]>} */
    this.pages = new Map();
    /**
     * The sessions that are chosen, by their ids, as they were told last.
     * @type {Map<string, Session>}
     */
    this.chosen = new Map();
    /** The first and the last page in sight. */
    this.sight = [0, 0];
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
    this.taken.clear();
    this.own.clear();
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
    this.sight = [Math.floor(first / PAGE), Math.floor(last / PAGE)];
    this.fill();
  }

  /** Asks for the pages in sight that are not there, as far as there is room for more reads. */
  fill() {
    for (let [page, high] = this.sight; page <= high && this.wanted.size < MOST_READS; page += 1) {
      if (!this.pages.has(page) && !this.wanted.has(page) && (page === 0 || page * PAGE < this.total)) this.load(page);
    }
  }

  /** Forgets the pages that are farthest from those in sight, as far as there are too many. */
  forget() {
    const middle = (this.sight[0] + this.sight[1]) / 2;
    const far = [...this.pages.keys()].sort((one, other) => Math.abs(other - middle) - Math.abs(one - middle));
    for (const page of far.slice(0, Math.max(0, far.length - MOST_PAGES))) this.pages.delete(page);
  }

  /**
   * Reads pages again that are in sight, and forgets the others. What the reader has done is shown, the pointer wherever it is.
   * @param {number} first
   * @param {number} last
   */
  refresh(first, last, isOwn = false) {
    const [low, high] = this.sight = [Math.floor(first / PAGE), Math.floor(last / PAGE)];
    for (const page of [...this.pages.keys()]) if (page < low || page > high) this.pages.delete(page);
    for (let page = low; page <= high; page += 1) {
      if (isOwn) this.own.set(page, this.reads + 1);
      this.load(page);
    }
  }

  /** @param {number} page */
  async load(page) {
    const { generation } = this;
    const read = this.reads += 1;
    this.wanted.add(page);
    try {
      const answer = await readPage(this.asked, this.fields, page);
      if (generation !== this.generation) return;
      learn(answer.sessions);
      if (read > (this.taken.get(page) ?? 0)) this.take(page, read, answer);
      this.wanted.delete(page);
      this.error = null;
      this.forget();
      this.fill();
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
   * @param {number} read
   * @param {import("../../core/types.js").SessionList} answer
   */
  take(page, read, answer) {
    this.taken.set(page, read);
    const isOwn = (this.own.get(page) ?? Infinity) <= read;
    if (isOwn) this.own.delete(page);
    for (const session of answer.sessions) if (this.chosen.has(session.session_id)) this.chosen.set(session.session_id, session);
    const before = this.pages.get(page);
    const isSame = before && before.length === answer.sessions.length && answer.total === this.total
      && before.every((session, index) => session.session_id === answer.sessions[index].session_id);
    const isHeld = this.isHeld && !isOwn;
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
