/** How many notifications nobody has read, which the bar at the top tells and the feed keeps up to date. */

import { useEffect, useState } from "./preact.js";
import { get } from "./api.js";
import { listen } from "./feed.js";
import { throttled } from "./reading.js";

/** @type {Set<(count: number) => void>} */
const watchers = new Set();
let known = 0;

/**
 * Says what an answer of the server has told.
 * @param {number} count
 */
export function setUnread(count) {
  known = count;
  for (const watcher of watchers) watcher(count);
}

/** Asks the server again. */
export async function readUnread() {
  try {
    setUnread((await get("/notifications", { unread: true, limit: 1 })).unread_count);
  } catch { /* the count is an extra; the next frame asks again */ }
}

/** The count, as a component's state. */
export function useUnread() {
  const [count, setCount] = useState(known);
  useEffect(() => {
    watchers.add(setCount);
    const again = throttled(readUnread, 500);
    const stop = listen((frame) => { if (frame.type === "notification" || frame.type === "resync") again(); });
    readUnread();
    return () => { watchers.delete(setCount); stop(); again.cancel(); };
  }, []);
  return count;
}
