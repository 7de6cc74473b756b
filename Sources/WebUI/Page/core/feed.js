/**
 * Live feeds over WebSockets, of which a browser allows many tabs many, unlike event streams over HTTP/1.1.
 *
 * A feed tells that something has happened, and the page reads it again: what is shown is always an answer of the server. After an
 * interruption the feed says `resync` once it is back, and everything shown is read again, so nothing is missed.
 */

/** @typedef {import("./types.js").Frame} Frame */

const WAITS = [250, 500, 1000, 2000, 4000, 8000];

/** One feed that reconnects by itself until it is closed. */
export class Feed {
  /**
   * @param {string} path such as `/ws/broadcast`
   * @param {string[]} types the frames to be told of
   * @param {(frame: Frame) => void} tell gets every frame, and `{type: "resync"}` after each interruption
   * @param {(isLive: boolean) => void} [state] is told when the connection comes and goes
   */
  constructor(path, types, tell, state = () => {}) {
    this.path = path;
    this.types = types;
    this.tell = tell;
    this.state = state;
    this.failures = 0;
    this.wasLive = false;
    this.isClosed = false;
    /** @type {number|undefined} */
    this.timer = undefined;
    this.connect();
  }

  connect() {
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(`${scheme}//${location.host}/api/v1${this.path}?types=${this.types.join(",")}`);
    this.socket = socket;
    socket.onmessage = (message) => {
      const frame = JSON.parse(message.data);
      if (frame.type !== "connection") return this.tell(frame);
      this.failures = 0;
      this.state(true);
      if (this.wasLive) this.tell({ type: "resync" });
      this.wasLive = true;
    };
    socket.onclose = (event) => {
      if (this.isClosed) return;
      if (event.code === 1000) { this.isClosed = true; return this.tell({ type: "end" }); }
      this.state(false);
      const wait = WAITS[Math.min(this.failures, WAITS.length - 1)];
      this.failures += 1;
      this.timer = window.setTimeout(() => this.connect(), wait * (0.75 + Math.random() / 2));
    };
  }

  close() {
    this.isClosed = true;
    clearTimeout(this.timer);
    this.socket?.close();
  }
}

/** The feed of all sessions, which every view shares. */
/** @type {Set<(frame: Frame) => void>} */
const listeners = new Set();
/** @type {Set<(live: boolean|null) => void>} */
const states = new Set();
let shared = /** @type {Feed|null} */ (null);
let isLive = /** @type {boolean|null} */ (null);

/**
 * Calls `tell` with every frame about the sessions' lifecycles, alerts and notifications until the returned function is called.
 * @param {(frame: Frame) => void} tell
 */
export function listen(tell) {
  listeners.add(tell);
  if (!shared) {
    shared = new Feed("/ws/broadcast", ["status", "epoch_complete", "checkpoint_saved", "training_complete", "error", "alert", "notification"],
      (frame) => { for (const listener of [...listeners]) listener(frame); },
      (live) => { isLive = live; for (const state of states) state(live); });
  }
  return () => { listeners.delete(tell); };
}

/**
 * Calls `tell` whenever the shared feed comes or goes; null means that it is not known yet.
 * @param {(live: boolean|null) => void} tell
 */
export function watchConnection(tell) {
  states.add(tell);
  tell(isLive);
  return () => { states.delete(tell); };
}
