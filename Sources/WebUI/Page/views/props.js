/**
 * What the page hands to the views' parts.
 *
 * @typedef {import("../core/types.js").Session} Session
 * @typedef {import("../core/types.js").Frame} Frame
 */

/**
 * What the page hands to the parts of a session's page.
 *
 * @typedef {Object} Bus tells what a live session reports, as it happens
 * @property {(listener: (frame: Frame) => void) => () => void} on
 *
 * @typedef {Object} SessionPart
 * @property {Session} session
 * @property {Record<string, string>} query
 * @property {number|null} at the position of the log; null is now
 * @property {Bus} bus
 * @property {() => void} reload
 *
 * @typedef {Pick<SessionPart, "session"|"reload"> & {isFixed: boolean}} Editable
 */

/**
 * What the page hands to the kinds of a comparison.
 *
 * @typedef {Object} Compared the sessions, with the fields of the filter language that they have values of
 * @property {Session[]} sessions
 * @property {string[]} params
 * @property {string[]} metrics
 * @property {string[]} monitors
 * @property {string[]} results
 *
 * @typedef {Object} ComparePart
 * @property {Session[]} sessions
 * @property {Compared} names
 * @property {Record<string, string>} query
 * @property {Map<string, string>} colors by session
 * @property {number} counter changes when something has been reported
 * @property {string} by what the colours tell
 */

export {};
