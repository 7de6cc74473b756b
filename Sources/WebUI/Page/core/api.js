/**
 * The client of the server's API: every request that the page makes is made here.
 *
 * @typedef {import("./types.js").Session} Session
 * @typedef {import("./types.js").EventRecord} EventRecord
 * @typedef {import("./types.js").Query} Query
 */

const BASE = "/api/v1";

/** An answer that is an error: what happened, to what, and what to do, as the server says it. */
export class ApiError extends Error {
  /**
   * @param {number} status 0 when the server could not be reached
   * @param {string} code
   * @param {string} message
   * @param {any} details
   */
  constructor(status, code, message, details = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.details = details;
  }

  /** The place of a fault within a text that was sent, from 1; 0 when none is told. */
  get character() {
    if (typeof this.details?.byte_offset === "number") return this.details.byte_offset + 1;
    const found = /\(at character (\d+)\)/.exec(this.message);
    return found ? Number(found[1]) : 0;
  }
}

/**
 * The text of a query; undefined, null and empty values are left out.
 * @param {Query} query
 */
export function queryText(query) {
  const parts = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined || value === null || value === "") continue;
    if (Array.isArray(value)) { if (value.length) parts.append(name, value.join(",")); } else parts.append(name, String(value));
  }
  const text = parts.toString();
  return text ? "?" + text : "";
}

/**
 * The address of something of the API.
 * @param {string} path
 * @param {Query} [query]
 */
export const address = (path, query = {}) => BASE + path + queryText(query);

/**
 * The address of a session, or of something below it.
 * @param {string} id
 * @param {string} [rest]
 */
export const sessionPath = (id, rest = "") => "/training/sessions/" + encodeURIComponent(id) + rest;

/**
 * @param {{path: string, digest?: string}} artifact
 * @param {string} session
 */
export const artifactAddress = (session, artifact) =>
  address(sessionPath(session, "/artifacts/" + artifact.path.split("/").map(encodeURIComponent).join("/")),
    { digest: artifact.digest });

/**
 * @param {string} method
 * @param {string} path
 * @param {Query} query
 * @param {any} body
 * @param {AbortSignal} [signal]
 */
async function request(method, path, query, body, signal) {
  const headers = /** @type {Record<string, string>} */ ({});
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (method !== "GET" && !path.endsWith("/metrics/history")) headers["Idempotency-Key"] = uniqueKey();
  let response;
  try {
    response = await fetch(address(path, query), {
      method, headers, signal, body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch (error) {
    if (/** @type {Error} */ (error).name === "AbortError") throw error;
    throw new ApiError(0, "unreachable", "The server cannot be reached. The page tries again.");
  }
  if (response.ok) return response;
  let told = null;
  try { told = (await response.json()).error; } catch { /* not one of the API's answers */ }
  throw new ApiError(response.status, told?.code ?? "unknown",
    told?.message ?? `The server answered ${response.status} without an explanation.`, told?.details);
}

/** A key under which a request can be sent again without being done twice. */
function uniqueKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return "page-" + Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * Reads a document.
 * @param {string} path
 * @param {Query} [query]
 * @param {AbortSignal} [signal]
 * @returns {Promise<any>}
 */
export async function get(path, query = {}, signal) {
  return (await request("GET", path, query, undefined, signal)).json();
}

/**
 * Sends a command, or a question that needs a body.
 * @param {"POST"|"PATCH"|"DELETE"|"PUT"} method
 * @param {string} path
 * @param {any} [body]
 * @param {Query} [query]
 * @param {AbortSignal} [signal]
 * @returns {Promise<any>}
 */
export async function send(method, path, body, query = {}, signal) {
  return (await request(method, path, query, body, signal)).json();
}

/**
 * Reads lines of JSON.
 * @param {string} path
 * @param {Query} [query]
 * @param {AbortSignal} [signal]
 * @returns {Promise<any[]>}
 */
export async function lines(path, query = {}, signal) {
  const text = await (await request("GET", path, query, undefined, signal)).text();
  return text.split("\n").filter((line) => line).map((line) => JSON.parse(line));
}

/**
 * Reads bytes.
 * @param {string} path
 * @param {AbortSignal} [signal]
 */
export async function bytes(path, signal) {
  return new Uint8Array(await (await request("GET", path, {}, undefined, signal)).arrayBuffer());
}

/**
 * Reads a text, such as the server's telemetry, at an address outside the API too.
 * @param {string} target
 */
export async function text(target) {
  const response = await fetch(target);
  if (!response.ok) throw new ApiError(response.status, "unknown", `The server answered ${response.status}.`);
  return response.text();
}

/**
 * The histories of metrics.
 * @param {import("./types.js").HistoryQuestion & {metric_names?: string[]}} question all metrics when none is named
 * @param {AbortSignal} [signal]
 * @returns {Promise<import("./types.js").MetricHistories>}
 */
export const histories = (question, signal) => send("POST", "/metrics/history", question, {}, signal);

/**
 * Sessions by their ids, as lists show them, in the order of the ids.
 * @param {string[]} ids
 * @param {string[]} [columns]
 * @param {{at?: string, signal?: AbortSignal}} options `at` is a position of the log; those that did not exist then are left out
 * @returns {Promise<Session[]>}
 */
export async function sessionsOf(ids, columns = [], options = {}) {
  const { at, signal } = options;
  const found = new Map();
  for (let start = 0; start < ids.length; start += 100) {
    const part = ids.slice(start, start + 100);
    const filter = `id in (${part.map((id) => JSON.stringify(id)).join(", ")})`;
    const answer = await get("/training/sessions", { filter, columns, limit: 100, archived: "include", as_of: at }, signal);
    for (const session of answer.sessions) found.set(session.session_id, session);
  }
  return ids.filter((id) => found.has(id)).map((id) => found.get(id));
}
