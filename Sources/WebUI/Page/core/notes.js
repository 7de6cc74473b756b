/** Tree heads as signed notes (C2SP signed-note and tlog-checkpoint), whose signatures the browser verifies. */

import { bytesOfBase64, bytesOfHex, hexOf, ProofFault } from "./proofs.js";

/** @typedef {import("./proofs.js").TreeHead} TreeHead */

/** The first byte of an Ed25519 key and its signatures; cosignatures of witnesses have another kind. */
const ED25519 = 1;

/**
 * A signature that a key made, or did not.
 * @typedef {{name: string, isVerified: boolean, isKnown: boolean}} Signed `isKnown` when the log says that the key is one of its own
 */

/**
 * The parts of a note, none of them verified.
 * @param {string} note
 */
export function partsOf(note) {
  const place = note.lastIndexOf("\n\n");
  if (place < 0 || !note.endsWith("\n")) throw new ProofFault("The tree head is no signed note.");
  const text = note.slice(0, place + 1);
  const signatures = note.slice(place + 2, -1).split("\n").map((line) => {
    const [dash, name, base64, ...rest] = line.split(" ");
    if (dash !== "—" || !name || !base64 || rest.length) throw new ProofFault(`'${line.slice(0, 80)}' is no line of a signature.`);
    const bytes = bytesOfBase64(base64);
    return { name, id: hexOf(bytes.slice(0, 4)), bytes: bytes.slice(4) };
  });
  return { text, signatures };
}

/**
 * What a note of a tree head says, unverified.
 * @param {string} text
 * @returns {{origin: string, head: TreeHead}}
 */
export function headOf(text) {
  const [origin, size, root] = text.split("\n");
  if (!origin || !/^(0|[1-9]\d*)$/.test(size ?? "") || !root) throw new ProofFault("The note does not state a tree head.");
  return { origin, head: { size: Number(size), root: hexOf(bytesOfBase64(root)) } };
}

/**
 * The key that a text such as `name+id+base64` spells, once its id is that of its bytes.
 * @param {string} text
 */
export async function keyOf(text) {
  const [name = "", id = "", ...rest] = text.split("+");
  const bytes = bytesOfBase64(rest.join("+"));
  const digest = await crypto.subtle.digest("SHA-256", new Uint8Array([...new TextEncoder().encode(name + "\n"), ...bytes]));
  if (bytes.length !== 33 || hexOf(new Uint8Array(digest)).slice(0, 8) !== id) throw new ProofFault(`The key of ${name} has another id than its bytes.`);
  return { name, id, kind: bytes[0], key: bytes.slice(1) };
}

/**
 * The signatures of a tree head, once it is the one that the answer claims.
 * @param {{size: number, root_hash: string, note: string}} answer
 * @param {{origin: string, keys: {verifier_key: string}[]}} list the log's keys
 * @returns {Promise<{head: TreeHead, origin: string, signatures: Signed[]}>}
 */
export async function verifyHead(answer, list) {
  const { text, signatures } = partsOf(answer.note);
  const { origin, head } = headOf(text);
  if (origin !== list.origin) throw new ProofFault(`The tree head is of the log ${origin}, and the keys are of ${list.origin}.`);
  if (head.size !== answer.size || head.root !== answer.root_hash) throw new ProofFault("The signed note states another size or root than the answer.");
  const keys = await Promise.all(list.keys.map((one) => keyOf(one.verifier_key)));
  const told = await Promise.all(signatures.map(async (signature) => {
    const key = keys.find((one) => one.name === signature.name && one.id === signature.id);
    if (!key || key.kind !== ED25519) return { name: signature.name, isKnown: false, isVerified: false };
    const imported = await crypto.subtle.importKey("raw", key.key, { name: "Ed25519" }, false, ["verify"]);
    const isVerified = await crypto.subtle.verify({ name: "Ed25519" }, imported, signature.bytes, new TextEncoder().encode(text));
    if (!isVerified) throw new ProofFault(`The signature of ${signature.name} is not one of this tree head.`);
    return { name: signature.name, isKnown: true, isVerified };
  }));
  if (!told.some((one) => one.isVerified)) throw new ProofFault("None of the log's keys has signed this tree head.");
  return { head, origin, signatures: told };
}

/**
 * The fingerprint of a key, in groups that can be read aloud.
 * @param {string} hex
 */
export const spelled = (hex) => (bytesOfHex(hex).length ? hex.match(/.{1,8}/g)?.join(" ") ?? "" : "");
