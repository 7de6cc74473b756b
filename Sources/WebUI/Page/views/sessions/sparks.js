/** The metric that sessions are judged by, and its curves. */

import { useEffect, useRef, useState } from "../../core/preact.js";
import { histories } from "../../core/api.js";

/** @typedef {import("../../core/types.js").Session} Session */

/**
 * The metric that most of the sessions are judged by, and how.
 * @param {(Session|undefined)[]} sessions
 */
export function commonMonitor(sessions) {
  const counts = new Map();
  for (const session of sessions) {
    const name = session?.monitor;
    if (name && name in session.latest_metrics) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return [...counts].sort((one, other) => other[1] - one[1])[0]?.[0];
}

/** The most curves that are kept. */
const MOST = 500;

/**
 * The curves of the monitored metric for the rows in sight.
 * @param {Session[]} sessions
 * @param {string|undefined} at
 * @returns {Map<string, any[]>}
 */
export function useSparks(sessions, at) {
  const sparks = useRef(new Map());
  const states = useRef(new Map());
  const [, draw] = useState(0);
  const key = sessions.map((session) => session.session_id + session.current_epoch + session.status).join();
  useEffect(() => {
    const stale = sessions.filter((session) => states.current.get(session.session_id) !== session.current_epoch + session.status).slice(0, 100);
    if (stale.length === 0) return undefined;
    const timer = setTimeout(async () => {
      if (states.current.size > MOST) {
        const inSight = new Set(sessions.map((session) => session.session_id));
        for (const id of [...states.current.keys()]) if (!inSight.has(id)) { states.current.delete(id); sparks.current.delete(id); }
      }
      for (const session of stale) states.current.set(session.session_id, session.current_epoch + session.status);
      const metrics = [...new Set(stale.map((session) => session.monitor ?? "val_loss"))];
      try {
        const answer = await histories({ session_ids: stale.map((session) => session.session_id), metric_names: metrics, max_points: 40, as_of: at ? Number(at) : undefined });
        const monitors = new Map(stale.map((session) => [session.session_id, session.monitor ?? "val_loss"]));
        for (const series of answer.series ?? []) if (series.metric_name === monitors.get(series.session_id)) sparks.current.set(series.session_id, series.values);
        draw((count) => count + 1);
      } catch { /* curves are an extra; the next change asks again */ }
    }, 120);
    return () => clearTimeout(timer);
  }, [key]);
  return sparks.current;
}
