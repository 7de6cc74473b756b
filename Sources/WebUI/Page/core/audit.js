/** What the audit asks of the server, and how the browser judges the answers. */

import { bytes, get } from "./api.js";
import { headersOf, payloadDigest, readHeader, tileOf } from "./headers.js";
import { verifyHead } from "./notes.js";
import { bytesOfBase64, leafHash, ProofFault, verifyConsistency, verifyInclusion } from "./proofs.js";

/**
 * @typedef {import("./proofs.js").TreeHead} TreeHead
 * @typedef {import("./proofs.js").Step} Step
 */

/** @typedef {import("./types.js").ProvenEvent} ProvenEvent */

/** @typedef {{origin: string, size: number, root: string, when: string}} Seen what a browser keeps of a tree head */

/** A browser gives its cryptography only to pages that came by HTTPS or from its own machine. */
export const canVerify = () => Boolean(globalThis.crypto?.subtle);

/**
 * The present tree head, once a key of the log has signed it.
 * @param {AbortSignal} [signal]
 */
export async function readHead(signal) {
  const [answer, keys] = await Promise.all([get("/audit/tree-head", {}, signal), get("/audit/public-key", {}, signal)]);
  return { ...await verifyHead(answer, keys), keys: keys.keys, note: answer.note };
}

/**
 * Checks that the log continues what this browser has seen of it.
 * @param {Seen} seen
 * @param {string} origin
 * @param {TreeHead} head
 * @param {AbortSignal} [signal]
 */
export async function checkContinued(seen, origin, head, signal) {
  if (seen.origin !== origin) throw new ProofFault(`This browser has seen the log ${seen.origin} here, and now there is ${origin}.`);
  if (head.size < seen.size) {
    throw new ProofFault(`This browser has seen ${seen.size} records, and now there are ${head.size}: the log was put back to an earlier state, or records were removed.`);
  }
  const proof = seen.size === 0 ? { from: 0, to: head.size, hashes: [] } : await get("/audit/proof/consistency", { from: seen.size, to: head.size }, signal);
  return verifyConsistency(proof, { size: seen.size, root: seen.root }, head);
}

/**
 * @typedef {Object} Proven a record whose proof holds
 * @property {import("./headers.js").Header} header
 * @property {string} leaf
 * @property {Step[]} steps from the leaf to the root
 * @property {"right"|"redacted"|"unseen"} payload whether its payload was hashed too, and why not
 */

/**
 * Checks one record of a page of a session's records.
 * @param {ProvenEvent} record
 * @param {TreeHead} head
 * @returns {Promise<Proven>}
 */
export async function verifyRecord(record, head) {
  const bytesOfHeader = bytesOfBase64(record.header);
  const header = readHeader(bytesOfHeader);
  if (header.position !== record.position) throw new ProofFault(`The header is of position ${header.position}, not ${record.position}.`);
  const index = record.position - 1;
  if (record.inclusion.leaf_index !== index) throw new ProofFault(`The proof is of the leaf ${record.inclusion.leaf_index}; the record at ${record.position} is the leaf ${index}.`);
  const leaf = await leafHash(bytesOfHeader);
  const steps = await verifyInclusion({ index, size: head.size, hashes: record.inclusion.hashes }, leaf, head);
  return { header, leaf, steps, payload: await judgePayload(record, header.payloadDigest) };
}

/**
 * @param {ProvenEvent} record
 * @param {string} digest
 * @returns {Promise<Proven["payload"]>}
 */
async function judgePayload(record, digest) {
  if (record.payload === undefined || record.salt === undefined) return "redacted";
  const computed = await payloadDigest(bytesOfBase64(record.salt), bytesOfBase64(record.payload));
  if (computed !== digest) throw new ProofFault(`The payload has the digest ${computed}, and the header states ${digest}: the payload was changed.`);
  return "right";
}

/**
 * Checks the record at a position, wherever it belongs: its header is taken from the tile that has it, its payload from its session.
 * @param {number} position
 * @param {TreeHead} head
 * @param {AbortSignal} [signal]
 * @returns {Promise<Proven>}
 */
export async function proveRecord(position, head, signal) {
  if (position > head.size) throw new ProofFault(`The tree has ${head.size} records, so there is none at position ${position} yet.`);
  const tile = tileOf(position - 1, head.size);
  const [proof, entries] = await Promise.all([
    get("/audit/proof/inclusion", { position, size: head.size }, signal), bytes("/audit/log/tile/" + tile.path, signal),
  ]);
  const bytesOfHeader = headersOf(entries)[tile.place];
  if (!bytesOfHeader) throw new ProofFault(`The tile of position ${position} does not have its header.`);
  const header = readHeader(bytesOfHeader);
  if (header.position !== position) throw new ProofFault(`The header is of position ${header.position}, not ${position}.`);
  const leaf = await leafHash(bytesOfHeader);
  const steps = await verifyInclusion({ index: position - 1, size: head.size, hashes: proof.hashes }, leaf, head);
  return { header, leaf, steps, payload: await payloadOf(header, head, signal) };
}

/**
 * @param {import("./headers.js").Header} header
 * @param {TreeHead} head
 * @param {AbortSignal} [signal]
 * @returns {Promise<Proven["payload"]>}
 */
async function payloadOf(header, head, signal) {
  const session = /^(?:session|telemetry)\/([^/]+)$/.exec(header.stream)?.[1];
  if (!session) return "unseen";
  const question = { stream: "all", after: header.position - 1, limit: 1, size: head.size, payloads: true };
  const answer = await get("/audit/sessions/" + encodeURIComponent(session), question, signal);
  const record = answer.events.find((/** @type {ProvenEvent} */ one) => one.position === header.position);
  return record ? judgePayload(record, header.payloadDigest) : "unseen";
}

/** The most records of a page of proofs. */
const PAGE = 500;

/**
 * Checks all records of a session, with their payloads.
 * @param {string} session
 * @param {TreeHead} head
 * @param {(count: number) => void} progress
 * @param {AbortSignal} [signal]
 * @returns {Promise<Proven[]>}
 */
export async function proveSession(session, head, progress, signal) {
  /** @type {Proven[]} */
  const proven = [];
  for (let after = 0; ;) {
    const question = { stream: "all", after, limit: PAGE, size: head.size, payloads: true };
    const page = await get("/audit/sessions/" + encodeURIComponent(session), question, signal);
    for (const record of page.events) {
      const one = await verifyRecord(record, head);
      if (!one.header.stream.endsWith("/" + session)) throw new ProofFault(`The record at ${record.position} is of ${one.header.stream}, not of this session.`);
      if (proven.length && one.header.position <= proven[proven.length - 1].header.position) throw new ProofFault("The records are not in the order of the log.");
      proven.push(one);
    }
    checkComplete(proven);
    progress(proven.length);
    if (page.next_after === undefined) return proven;
    after = page.next_after;
  }
}

/**
 * A stream's versions have no gaps, so a record that was left out is noticed.
 * @param {Proven[]} proven
 */
function checkComplete(proven) {
  /** @type {Map<string, number>} */
  const versions = new Map();
  for (const { header } of proven) {
    const before = versions.get(header.stream) ?? 0;
    if (header.version !== before + 1) throw new ProofFault(`Between the versions ${before} and ${header.version} of ${header.stream} a record was left out.`);
    versions.set(header.stream, header.version);
  }
}
