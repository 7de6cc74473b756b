/** Where the page begins: the bar at the top, and the view that the address names. */

import { html, render, useEffect, useState } from "./core/preact.js";
import { watchConnection, listen } from "./core/feed.js";
import { useKept, useRoute } from "./core/reading.js";
import { useUnread } from "./core/unread.js";
import { Fault, Toasts } from "./parts/small.js";
import { Sessions } from "./views/sessions.js";

/**
 * A view of the page. All but the first one that people see are loaded when they are asked for, or when nothing else is to do.
 * @typedef {{label?: string, load: () => Promise<any>}} View views without a label are reached from others
 */

/**
 * The views, in the order of the navigation, whose links also stand in index.html, for what is painted before this runs.
 * @type {Record<string, View>}
 */
const VIEWS = {
  sessions: { label: "Sessions", load: async () => Sessions },
  session: { load: async () => (await import("./views/session.js")).SessionPage },
  compare: { label: "Compare", load: async () => (await import("./views/compare.js")).Compare },
  create: { label: "New session", load: async () => (await import("./views/create.js")).Create },
  models: { label: "Models", load: async () => (await import("./views/models.js")).Models },
  alerts: { label: "Alerts", load: async () => (await import("./views/alerts.js")).Alerts },
  notifications: { load: async () => (await import("./views/notifications.js")).Notifications },
  webhooks: { label: "Webhooks", load: async () => (await import("./views/webhooks.js")).Webhooks },
  audit: { label: "Audit", load: async () => (await import("./views/audit.js")).Audit },
  server: { label: "Server", load: async () => (await import("./views/server.js")).Server },
};

/**
 * The components of views that are loaded.
 * @type {Map<string, any>}
 */
const loaded = new Map([["sessions", Sessions]]);

/**
 * The component of a view, once it is loaded.
 * @param {string} name
 */
function useView(name) {
  const [, draw] = useState(0);
  const [error, setError] = useState(/** @type {any} */ (null));
  useEffect(() => {
    setError(null);
    if (loaded.has(name) || !(name in VIEWS)) return;
    VIEWS[name].load().then((view) => { loaded.set(name, view); draw((count) => count + 1); },
      () => setError(new Error("This view could not be loaded. Load the page again; the server may have a newer one.")));
  }, [name]);
  return { view: loaded.get(name), error };
}

/** Loads the other views while nothing else is to do, so that they are there at once. */
function useRest() {
  useEffect(() => {
    const load = async () => {
      for (const [name, view] of Object.entries(VIEWS)) {
        try { if (!loaded.has(name)) loaded.set(name, await view.load()); } catch { /* it is loaded when it is asked for */ }
      }
    };
    const timer = setTimeout(() => requestIdleCallback(load), 1000);
    return () => clearTimeout(timer);
  }, []);
}

function Connection() {
  const [isLive, setLive] = useState(null);
  useEffect(() => {
    const stop = listen(() => {});
    const unwatch = watchConnection(setLive);
    return () => { stop(); unwatch(); };
  }, []);
  if (isLive === null) return html`<span class="connection" role="status"><i></i>connecting</span>`;
  return isLive ? html`<span class="connection live" role="status"><i></i>live</span>`
    : html`<span class="connection lost" role="status"><i></i>not connected; trying again</span>`;
}

/**
 * The bell, and how many notifications are not read.
 * @param {{isHere: boolean}} props
 */
function Bell({ isHere }) {
  const count = useUnread();
  return html`<a class="bell" href="#/notifications" aria-current=${isHere ? "page" : undefined} title="Notifications"
      aria-label=${count ? `Notifications, ${count} not read` : "Notifications"}>
    <svg width="16" height="16" viewBox="0 0 16 16" aria-hidden="true" fill="none" stroke="currentColor" stroke-width="1.4">
      <path d="M3 12V7a5 5 0 0 1 10 0v5M1.5 12h13M6.5 14h3" stroke-linecap="round" /></svg>
    ${count > 0 && html`<b>${count > 99 ? "99+" : count}</b>`}</a>`;
}

function Theme() {
  const [theme, setTheme] = useState(document.documentElement.dataset.theme ?? "system");
  const next = { system: "dark", dark: "light" }[theme] ?? "system";
  const choose = () => {
    if (next === "system") delete document.documentElement.dataset.theme; else document.documentElement.dataset.theme = next;
    try { if (next === "system") localStorage.removeItem("pivot.theme"); else localStorage.setItem("pivot.theme", next); } catch { /* for now only */ }
    setTheme(next);
    window.dispatchEvent(new Event("themechange"));
  };
  return html`<button class="plain" onClick=${choose} title=${`Theme: ${theme}. Change to ${next}.`}
    aria-label=${`Theme ${theme}; change to ${next}`}>
    <svg width="16" height="16" viewBox="0 0 16 16" aria-hidden="true">
      <circle cx="8" cy="8" r="6" fill="none" stroke="currentColor" stroke-width="1.500"/>
      <path d="M8 2a6 6 0 0 1 0 12z" fill="currentColor"/></svg></button>`;
}

function Page() {
  const route = useRoute();
  const name = route.path[0];
  const { view, error } = useView(name);
  useRest();
  const [last] = useKept("compare", "");
  return html`
    <a class="skip" href="#main" onClick=${(event) => { event.preventDefault(); document.querySelector("main")?.focus(); }}>Skip to the content</a>
    <header class="top">
      <a class="brand" href="#/sessions">PIVOT</a>
      <nav aria-label="Views">${Object.entries(VIEWS).filter(([, found]) => found.label).map(([one, found]) => html`
        <a key=${one} href=${one === "compare" && last ? last : "#/" + one}
          aria-current=${one === name || (one === "sessions" && name === "session") ? "page" : undefined}>${found.label}</a>`)}
        <a href="/docs">API</a>
      </nav><span class="spacer"></span>
      <${Connection} /><${Bell} isHere=${name === "notifications"} /><${Theme} />
    </header>
    <main tabindex="-1">${view ? html`<${view} key=${route.path.join("/")} route=${route} />`
    : name in VIEWS ? html`<div class="padded">${error ? html`<${Fault} error=${error} />` : html`<p class="quiet">Loading…</p>`}</div>`
    : html`<p class="padded">There is no view called ${name}. <a href="#/sessions">All sessions</a></p>`}</main>
    <${Toasts} />`;
}

// The frame that was painted first goes on: its elements are the page's own from here.
render(html`<${Page} />`, /** @type {HTMLElement} */ (document.getElementById("page")));
delete document.documentElement.dataset.opening;
