/** The header of a record, which is its leaf in the tree: what an event is of, in the bytes that the log has. */

import { hexOf, ProofFault } from "./proofs.js";

/** The least bytes of a header. */
const FIXED = 88;

/**
 * @typedef {Object} Header
 * @property {number} position
 * @property {number} version
 * @property {Date} recordedAt
 * @property {string} eventId
 * @property {string} payloadDigest
 * @property {string} stream
 * @property {string} type
 * @property {string} actor
 * @property {string} command
 */

/**
 * What a header says.
 * @param {Uint8Array} bytes
 * @returns {Header}
 */
export function readHeader(bytes) {
  if (bytes.length < FIXED) throw new ProofFault(`A header has at least ${FIXED} bytes; this one has ${bytes.length}.`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const format = bytes[0];
  if (format !== 1 && format !== 2) throw new ProofFault(`The header has the format ${format}, which this page does not know.`);
  if (view.getUint16(2) !== bytes.length) throw new ProofFault("The header has another length than it states.");
  let place = FIXED + (bytes[1] & 16 ? 8 : 0) + (format === 2 ? 8 : 0);
  const text = (/** @type {number} */ count) => { place += count; return new TextDecoder().decode(bytes.subarray(place - count, place)); };
  const [stream, type, actor, command] = [text(bytes[4]), text(bytes[5]), text(bytes[6]), text(bytes[7])];
  if (place !== bytes.length) throw new ProofFault("The parts of the header do not make up its length.");
  return {
    position: Number(view.getBigUint64(8)), version: Number(view.getBigUint64(16)), recordedAt: new Date(Number(view.getBigInt64(24)) / 1000),
    eventId: hexOf(bytes.subarray(40, 56)), payloadDigest: hexOf(bytes.subarray(56, 88)), stream, type, actor, command,
  };
}

/**
 * The digest of a payload, as the header has it.
 * @param {Uint8Array} salt
 * @param {Uint8Array} payload
 */
export async function payloadDigest(salt, payload) {
  const whole = new Uint8Array(salt.length + payload.length);
  whole.set(salt);
  whole.set(payload, salt.length);
  return hexOf(new Uint8Array(await crypto.subtle.digest("SHA-256", whole)));
}

/**
 * The headers of a tile, each after its length in two bytes.
 * @param {Uint8Array} bytes
 */
export function headersOf(bytes) {
  const found = [];
  for (let place = 0; place < bytes.length;) {
    const length = place + 2 <= bytes.length ? bytes[place] * 256 + bytes[place + 1] : Infinity;
    if (place + 2 + length > bytes.length) throw new ProofFault("The tile ends within a header.");
    found.push(bytes.subarray(place + 2, place + 2 + length));
    place += 2 + length;
  }
  return found;
}

/** How many headers a tile has. */
const TILE = 256;

/**
 * The tile that has the header of a leaf, in a tree of a size: its path, and the place of the header in it.
 * @param {number} leaf
 * @param {number} size
 */
export function tileOf(leaf, size) {
  const number = Math.floor(leaf / TILE);
  let digits = String(number);
  digits = digits.padStart(3 * Math.ceil(digits.length / 3), "0");
  const groups = digits.match(/.{3}/g) ?? [];
  const name = groups.map((group, place) => (place < groups.length - 1 ? "x" : "") + group).join("/");
  const width = Math.min(TILE, size - number * TILE);
  return { path: `entries/${name}${width < TILE ? ".p/" + width : ""}`, place: leaf - number * TILE };
}
