/** How components read from the server, the address and the browser. */

import { useCallback, useEffect, useRef, useState } from "./preact.js";
import { currentRoute } from "./route.js";

/**
 * What `read` answers, read again when `keys` change or `reload` is called. What was read last stays until the next answer is there.
 * @template T
 * @param {(signal: AbortSignal) => Promise<T>} read
 * @param {any[]} keys
 * @returns {{value: T|undefined, error: any, isLoading: boolean, reload: () => void}}
 */
export function useReading(read, keys) {
  const [state, setState] = useState(/** @type {{value: T|undefined, error: any, isLoading: boolean}} */ ({ value: undefined, error: null, isLoading: true }));
  const latest = useRef(read);
  latest.current = read;
  const running = useRef(/** @type {AbortController|null} */ (null));
  const load = useCallback(() => {
    running.current?.abort();
    const controller = new AbortController();
    running.current = controller;
    setState((before) => ({ ...before, isLoading: true }));
    latest.current(controller.signal).then(
      (value) => { if (!controller.signal.aborted) setState({ value, error: null, isLoading: false }); },
      (error) => { if (!controller.signal.aborted) setState((before) => ({ value: before.value, error, isLoading: false })); });
  }, []);
  useEffect(() => {
    load();
    return () => running.current?.abort();
  }, keys);
  return { ...state, reload: load };
}

/**
 * A function that calls `action` at most once every `milliseconds`, the last time after the last call.
 * @param {() => void} action
 * @param {number} milliseconds
 */
export function throttled(action, milliseconds) {
  let timer = 0;
  let last = -Infinity;
  const run = () => { timer = 0; last = performance.now(); action(); };
  const call = () => { if (!timer) timer = window.setTimeout(run, Math.max(0, last + milliseconds - performance.now())); };
  call.cancel = () => { clearTimeout(timer); timer = 0; };
  return call;
}

/**
 * The route, as a component's state.
 * @returns {import("./route.js").Route}
 */
export function useRoute() {
  const [route, setRoute] = useState(currentRoute);
  useEffect(() => {
    const follow = () => setRoute(currentRoute());
    window.addEventListener("hashchange", follow);
    return () => window.removeEventListener("hashchange", follow);
  }, []);
  return route;
}

/**
 * The time, which makes a component draw again every `milliseconds`.
 * @param {number} milliseconds
 */
export function useNow(milliseconds) {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), milliseconds);
    return () => clearInterval(timer);
  }, [milliseconds]);
  return now;
}

/**
 * A value kept in this browser.
 * @param {string} name
 * @param {any} initial
 */
export function useKept(name, initial) {
  const [value, setValue] = useState(() => {
    try { return JSON.parse(localStorage.getItem("pivot." + name) ?? "null") ?? initial; } catch { return initial; }
  });
  const keep = (/** @type {any} */ next) => {
    setValue(next);
    try { localStorage.setItem("pivot." + name, JSON.stringify(next)); } catch { /* kept until the page is closed */ }
  };
  return [value, keep];
}
