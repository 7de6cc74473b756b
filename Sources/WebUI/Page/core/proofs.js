/**
 * The tree over the log, as a browser checks it: RFC 9162 with SHA-256. A leaf is the hash of a zero byte and the record's header, a
 * node that of a one byte and both of its children. Nothing that the server says of a proof is believed: each hash is computed here.
 *
 * Sizes and places are below 2^53; arithmetic with them avoids JavaScript's bit operators, which see only 32 bits.
 */

/**
 * A step of a proof: two hashes and what they become.
 * @typedef {{left: string, right: string, parent: string, isRight: boolean}} Step `isRight` when the way came from the right one
 *
 * @typedef {{size: number, root: string}} TreeHead
 */

/** The root of the tree without leaves. */
export const EMPTY_ROOT = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/** A proof that proves nothing, and why. */
export class ProofFault extends Error {}

/** @param {Uint8Array} bytes */
export const hexOf = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

/**
 * The bytes of hexadecimal digits.
 * @param {string} text
 */
export function bytesOfHex(text) {
  if (!/^([0-9a-f]{2})*$/.test(text)) throw new ProofFault(`'${text.slice(0, 70)}' are not hexadecimal digits.`);
  return Uint8Array.from(/** @type {string[]} */ (text.match(/../g) ?? []), (digits) => parseInt(digits, 16));
}

/**
 * The bytes of base64.
 * @param {string} text
 */
export function bytesOfBase64(text) {
  try { return Uint8Array.from(atob(text), (character) => character.charCodeAt(0)); } catch { throw new ProofFault("The header is not base64."); }
}

/**
 * @param {number} prefix
 * @param {Uint8Array[]} parts
 */
async function hash(prefix, ...parts) {
  const whole = new Uint8Array(1 + parts.reduce((sum, part) => sum + part.length, 0));
  whole[0] = prefix;
  let place = 1;
  for (const part of parts) { whole.set(part, place); place += part.length; }
  return hexOf(new Uint8Array(await crypto.subtle.digest("SHA-256", whole)));
}

/**
 * The hash of a leaf.
 * @param {Uint8Array} header the record's header, as the log has it
 */
export const leafHash = (header) => hash(0, header);

/**
 * The hash of a node.
 * @param {string} left
 * @param {string} right
 */
export const nodeHash = (left, right) => hash(1, bytesOfHex(left), bytesOfHex(right));

/**
 * @param {number} value
 * @param {number} place
 */
const bit = (value, place) => Math.floor(value / 2 ** place) % 2;

/**
 * How many digits a number has in base two.
 * @param {number} value
 */
function bitCount(value) {
  let count = 0;
  for (let rest = value; rest > 0; rest = Math.floor(rest / 2)) count += 1;
  return count;
}

/**
 * How many of its digits are ones.
 * @param {number} value
 */
function onesOf(value) {
  let count = 0;
  for (let rest = value; rest > 0; rest = Math.floor(rest / 2)) count += rest % 2;
  return count;
}

/**
 * The highest place at which two numbers differ, from 1; 0 when they are equal.
 * @param {number} one
 * @param {number} other
 */
function differing(one, other) {
  for (let place = Math.max(bitCount(one), bitCount(other)); place > 0; place -= 1) if (bit(one, place - 1) !== bit(other, place - 1)) return place;
  return 0;
}

/**
 * The way from a node up to the root: at first there are subtrees on both sides of it, above the last one that is on its right only on
 * its left.
 * @param {number} index of a leaf; of the last one of the node where the way begins
 * @param {number} size
 * @param {number} [height] of that node
 */
function wayOf(index, size, height = 0) {
  const inner = differing(index, size - 1);
  return { index: Math.floor(index / 2 ** height), inner: inner - height, border: onesOf(Math.floor(index / 2 ** inner)) };
}

/**
 * The root at the end of a way, and each step to it.
 * @param {ReturnType<typeof wayOf>} way
 * @param {string} start
 * @param {string[]} beside
 * @param {boolean} [onlyLeft] whether only what is on the left counts, which leads to the root of the tree that ends there
 */
async function climb(way, start, beside, onlyLeft = false) {
  /** @type {Step[]} */
  const steps = [];
  let at = start;
  for (let place = 0; place < beside.length; place += 1) {
    const isRight = place >= way.inner || bit(way.index, place) === 1;
    if (!isRight && onlyLeft) continue;
    const [left, right] = isRight ? [beside[place], at] : [at, beside[place]];
    at = await nodeHash(left, right);
    steps.push({ left, right, parent: at, isRight });
  }
  return { root: at, steps };
}

/**
 * @param {number} value
 * @param {string} what
 */
function checkCount(value, what) {
  if (!Number.isSafeInteger(value) || value < 0) throw new ProofFault(`${what} is ${value}, which is no count.`);
}

/**
 * Checks that a tree has a leaf at a place.
 * @param {{index: number, size: number, hashes: string[]}} proof
 * @param {string} leaf the hash of the leaf
 * @param {TreeHead} head
 * @returns {Promise<Step[]>} the steps from the leaf to the root
 */
export async function verifyInclusion(proof, leaf, head) {
  checkCount(proof.index, "The place of the leaf");
  checkCount(proof.size, "The size of the tree");
  if (proof.size !== head.size) throw new ProofFault(`The proof is for a tree of ${proof.size} leaves, and the tree head is of size ${head.size}.`);
  if (proof.index >= proof.size) throw new ProofFault(`The tree has ${proof.size} leaves, so there is none with index ${proof.index}.`);
  const way = wayOf(proof.index, proof.size);
  checkLength(proof.hashes, way.inner + way.border);
  const { root, steps } = await climb(way, leaf, proof.hashes);
  if (root !== head.root) throw new ProofFault(`The leaf and its proof lead to the root ${root}; the tree head's is ${head.root}.`);
  return steps;
}

/**
 * @param {string[]} hashes
 * @param {number} expected
 */
function checkLength(hashes, expected) {
  if (hashes.length !== expected) throw new ProofFault(`The proof has ${hashes.length} hashes; for these sizes it has ${expected}.`);
  for (const one of hashes) if (!/^[0-9a-f]{64}$/.test(one)) throw new ProofFault(`'${one.slice(0, 70)}' is no hash.`);
}

/**
 * Checks that a tree begins with an earlier one: nothing was changed, removed or put in between.
 * @param {{from: number, to: number, hashes: string[]}} proof
 * @param {TreeHead} earlier
 * @param {TreeHead} later
 * @returns {Promise<Step[]>} the steps from the earlier tree to the root of the later one
 */
export async function verifyConsistency(proof, earlier, later) {
  checkCount(proof.from, "The earlier size");
  checkCount(proof.to, "The later size");
  if (proof.from !== earlier.size) throw new ProofFault(`The proof is for a tree of ${proof.from} leaves, and the tree head is of size ${earlier.size}.`);
  if (proof.to !== later.size) throw new ProofFault(`The proof is for a tree of ${proof.to} leaves, and the tree head is of size ${later.size}.`);
  if (proof.from > proof.to) throw new ProofFault(`The earlier tree has ${proof.from} leaves and the later one ${proof.to}; the later one cannot be smaller.`);
  for (const head of [earlier, later]) {
    if (head.size === 0 && head.root !== EMPTY_ROOT) throw new ProofFault(`The root of a tree without leaves is ${EMPTY_ROOT}, not ${head.root}.`);
  }
  if (proof.from === 0 || proof.from === proof.to) {
    checkLength(proof.hashes, 0);
    if (proof.from === proof.to && earlier.root !== later.root) {
      throw new ProofFault(`Two tree heads of size ${proof.to} have different roots, ${earlier.root} and ${later.root}: the log has shown two histories.`);
    }
    return [];
  }
  let height = 0;
  while (bit(proof.from, height) === 0) height += 1;
  const way = wayOf(proof.from - 1, proof.to, height);
  // The way begins at the last perfect subtree of the earlier tree. When that is the whole tree, its root is known.
  const isPerfect = onesOf(proof.from) === 1;
  checkLength(proof.hashes, way.inner + way.border + (isPerfect ? 0 : 1));
  const start = isPerfect ? earlier.root : proof.hashes[0];
  const beside = isPerfect ? proof.hashes : proof.hashes.slice(1);
  const before = await climb(way, start, beside, true);
  if (before.root !== earlier.root) {
    throw new ProofFault(`The proof leads to ${before.root} as the earlier root, which is ${earlier.root}: it belongs to other trees, or was changed.`);
  }
  const after = await climb(way, start, beside);
  if (after.root !== later.root) {
    throw new ProofFault(`The proof leads from the earlier root to ${after.root}, and the later root is ${later.root}: the later tree does not continue the earlier one.`);
  }
  return after.steps;
}
