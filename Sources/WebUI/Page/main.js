/** Where the page begins: the bar at the top, and the view that the address names. */

import { html, render, useEffect, useState } from "./core/preact.js";
import { useRoute } from "./core/route.js";
import { watchConnection, listen } from "./core/feed.js";
import { useKept } from "./core/reading.js";
import { useUnread } from "./core/unread.js";
import { redrawCharts } from "./parts/chart.js";
import { Toasts } from "./parts/small.js";
import { Sessions } from "./views/sessions.js";
import { SessionPage } from "./views/session.js";
import { Compare } from "./views/compare.js";
import { Create } from "./views/create.js";
import { Alerts } from "./views/alerts.js";
import { Notifications } from "./views/notifications.js";
import { Audit } from "./views/audit.js";
import { Models } from "./views/models.js";
import { Webhooks } from "./views/webhooks.js";
import { Server } from "./views/server.js";

/** The views, in the order of the navigation; those without a label are reached from others. */
const VIEWS = {
  sessions: { label: "Sessions", view: Sessions },
  session: { view: SessionPage },
  compare: { label: "Compare", view: Compare },
  create: { label: "New session", view: Create },
  models: { label: "Models", view: Models },
  alerts: { label: "Alerts", view: Alerts },
  notifications: { view: Notifications },
  audit: { label: "Audit", view: Audit },
  webhooks: { label: "Webhooks", view: Webhooks },
  server: { label: "Server", view: Server },
};

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

/** The bell, and how many notifications are not read. */
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
  const next = { system: "dark", dark: "light", light: "system" }[theme];
  const choose = () => {
    if (next === "system") delete document.documentElement.dataset.theme; else document.documentElement.dataset.theme = next;
    try { if (next === "system") localStorage.removeItem("pivot.theme"); else localStorage.setItem("pivot.theme", next); } catch { /* for now only */ }
    setTheme(next);
    redrawCharts();
  };
  return html`<button class="plain" onClick=${choose} title=${`Theme: ${theme}. Change to ${next}.`} aria-label=${`Theme ${theme}; change to ${next}`}>
    <svg width="16" height="16" viewBox="0 0 16 16" aria-hidden="true"><circle cx="8" cy="8" r="6" fill="none" stroke="currentColor" stroke-width="1.500"/>
      <path d="M8 2a6 6 0 0 1 0 12z" fill="currentColor"/></svg></button>`;
}

function Page() {
  const route = useRoute();
  const found = VIEWS[route.path[0]];
  const [last] = useKept("compare", "");
  useEffect(() => {
    const system = matchMedia("(prefers-color-scheme: dark)");
    system.addEventListener("change", redrawCharts);
    return () => system.removeEventListener("change", redrawCharts);
  }, []);
  return html`
    <a class="skip" href="#main" onClick=${(event) => { event.preventDefault(); document.querySelector("main").focus(); }}>Skip to the content</a>
    <header class="top">
      <a class="brand" href="#/sessions">PIVOT</a>
      <nav aria-label="Views">${Object.entries(VIEWS).filter(([, one]) => one.label).map(([name, one]) => html`
        <a key=${name} href=${name === "compare" && last ? last : "#/" + name} aria-current=${route.path[0] === name || (name === "sessions" && route.path[0] === "session") ? "page" : undefined}>${one.label}</a>`)}
        <a href="/docs">API</a>
      </nav><span class="spacer"></span>
      <${Connection} /><${Bell} isHere=${route.path[0] === "notifications"} /><${Theme} />
    </header>
    <main tabindex="-1">${found ? html`<${found.view} key=${route.path.join("/")} route=${route} />`
    : html`<p class="padded">There is no view called ${route.path[0]}. <a href="#/sessions">All sessions</a></p>`}</main>
    <${Toasts} />`;
}

const place = document.getElementById("page");
place.replaceChildren();
render(html`<${Page} />`, place);
