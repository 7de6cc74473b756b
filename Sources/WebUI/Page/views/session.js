/** One session: its head, the slider over its past, and a tab for each kind of what it recorded. */

import { html, useCallback, useEffect, useMemo, useRef, useState } from "../core/preact.js";
import { get, send, sessionPath, lines } from "../core/api.js";
import { Feed, listen } from "../core/feed.js";
import { duration, secondsOf, short, time } from "../core/format.js";
import { throttled, useNow, useReading } from "../core/reading.js";
import { change, go, link } from "../core/route.js";
import { attempt, Copyable, Dialog, Fault, Progress, Status } from "../parts/small.js";
import { AsOf } from "../parts/asof.js";
import { Charts } from "./session/charts.js";
import { Overview } from "./session/overview.js";
import { Epochs } from "./session/epochs.js";
import { Checkpoints } from "./session/checkpoints.js";
import { Media } from "./session/media.js";
import { Logs } from "./session/logs.js";
import { Events } from "./session/events.js";
import { Configuration } from "./session/configuration.js";
import { Code } from "./session/code.js";
import { Host } from "./session/host.js";
import { SessionAlerts } from "./session/alerts.js";

/**
 * @typedef {import("../core/types.js").Session} Session
 * @typedef {import("../core/types.js").Frame} Frame
 * @typedef {import("./props.js").Editable} Editable
 */

/** The most events of a session's lifecycle that the slider over its past has. */
const MOST_EVENTS = 20_000;

/** @type {Record<string, [string, (props: import("./props.js").SessionPart) => any]>} */
const TABS = {
  charts: ["Charts", Charts], overview: ["Overview", Overview], epochs: ["Epochs", Epochs], checkpoints: ["Checkpoints", Checkpoints], media: ["Files", Media],
  logs: ["Log", Logs], events: ["Events", Events], configuration: ["Configuration", Configuration], code: ["Code and environment", Code], host: ["Host", Host],
  alerts: ["Alerts", SessionAlerts],
};

/** Tells the tabs what a live session reports, as it happens. */
class Bus {
  constructor() { this.listeners = /** @type {Set<(frame: Frame) => void>} */ (new Set()); }
  /** @param {(frame: Frame) => void} listener */
  on(listener) { this.listeners.add(listener); return () => { this.listeners.delete(listener); }; }
  /** @param {Frame} frame */
  tell(frame) { for (const listener of [...this.listeners]) listener(frame); }
}

/** @param {{route: import("../core/route.js").Route}} props */
export function SessionPage({ route }) {
  const id = route.path[1] ?? "";
  const { query } = route;
  const at = query.at ? Number(query.at) : null;
  const tab = query.tab && query.tab in TABS ? query.tab : "charts";
  const bus = useMemo(() => new Bus(), []);
  const { value: session, error, reload } = useReading((signal) => get(sessionPath(id), { as_of: at ?? undefined }, signal), [id, at]);
  const wantsEvents = at !== null || Boolean(query.past);
  const { value: events, reload: reloadEvents, error: eventsError } = useReading(
    (signal) => (wantsEvents ? lines(sessionPath(id, "/events"), { stream: "session", limit: MOST_EVENTS }, signal) : Promise.resolve(undefined)), [id, wantsEvents]);
  const latest = useRef({ reload, reloadEvents, wantsEvents });
  latest.current = { reload, reloadEvents, wantsEvents };

  useEffect(() => {
    const again = throttled(() => { latest.current.reload(); if (latest.current.wantsEvents) latest.current.reloadEvents(); }, 500);
    const stop = listen((frame) => {
      if (frame.type === "resync") { again(); bus.tell(frame); }
      if (frame.session_id === id) { again(); bus.tell(frame); }
    });
    return () => { stop(); again.cancel(); };
  }, [id]);
  const isOpen = session && !["completed", "failed", "stopped"].includes(session.status);
  useEffect(() => {
    if (!isOpen || at !== null) return undefined;
    const again = throttled(() => latest.current.reload(), 1500);
    const feed = new Feed(`/ws/training/${encodeURIComponent(id)}`, ["metrics", "log", "host"], (frame) => { bus.tell(frame); again(); });
    return () => { feed.close(); again.cancel(); };
  }, [isOpen, at !== null, id]);
  // No feed tells of the verdict, which comes a moment after the end.
  const awaitsVerdict = session?.status === "completed" && session.reproduction && !session.reproductions?.length;
  useEffect(() => {
    if (!awaitsVerdict || at !== null) return undefined;
    const timer = setInterval(() => latest.current.reload(), 2000);
    return () => clearInterval(timer);
  }, [awaitsVerdict, at !== null]);
  useEffect(() => {
    if (session) document.title = `${session.session_name} · PIVOT`;
    return () => { document.title = "PIVOT"; };
  }, [session?.session_name]);

  if (!session) {
    return html`<div class="section">
      ${error ? html`<${Fault} error=${at !== null && error.status === 404 ? new Error(`The session ${id} did not exist at position ${at} of the log.`) : error} />
      <p><a href="#/sessions">All sessions</a>
      ${at !== null && html` · <button onClick=${() => change({ at: "" })}>Show it as it is now</button>`}</p>` : html`<p class="quiet">reading…</p>`}
        </div>`;
  }
  const View = TABS[tab][1];
  return html`
    <${Head} session=${session} isPast=${at !== null} reload=${reload} />
    ${wantsEvents ? html`<${AsOf} events=${events} at=${at} error=${eventsError} onClose=${() => change({ at: "", past: "" })} />` : null}
    <nav class="tabs" aria-label="Parts of the session">${Object.entries(TABS).map(([name, [label]]) => html`
      <a key=${name} href=${link(["session", id], { ...query, tab: name === "charts" ? "" : name })}
        aria-current=${name === tab ? "page" : undefined}>${label}</a>`)}
      ${!wantsEvents && html`<button class="plain" onClick=${() => change({ past: "1" })}
        title="Show everything on this page as it was at a position of the log">As of…</button>`}
    </nav>
    ${error && html`<div class="section"><${Fault} error=${error} /></div>`}
    <${View} session=${session} query=${query} at=${at} bus=${bus} reload=${reload} />`;
}

/**
 * How the session can be begun, stopped, repeated or put away, and what happens then.
 * @param {Session} session
 * @param {() => void} reload
 */
function useCommands(session, reload) {
  const path = sessionPath(session.session_id);
  const isOver = ["completed", "failed", "stopped"].includes(session.status);
  /** @type {{name: string, kind?: string, text: string, allow?: boolean, run: (allow?: boolean) => Promise<any>, done: string}[]} */
  const commands = [];
  if (["created", "stopped", "failed"].includes(session.status) && !session.archived) {
    const again = session.status !== "created";
    commands.push({
      name: again ? "Resume" : "Start", kind: "primary",
      text: session.trainer === "external" ? "The session is trained by a program of your own, which claims it: the server only marks it as started. Begin the program with resume set to this session's id."
        : again ? (session.resume_checkpoint_id ? `A new attempt continues from the checkpoint ${session.resume_checkpoint_id}. What it trains again supersedes what is recorded after that checkpoint.`
          : "There is no checkpoint to continue from: a new attempt begins at the first epoch and supersedes what is recorded.")
          : "The server trains it as soon as there is room; otherwise it waits in the queue.",
      run: () => send("POST", path + "/start"), done: "The session is started.",
    });
  }
  if (["created", "queued", "running"].includes(session.status)) {
    commands.push({
      name: "Stop", kind: "danger", text: session.status === "running" ? "The trainer saves a checkpoint within its current step and ends. The session can be resumed from there."
        : "It has not begun, and is stopped without a checkpoint. It can be started later.",
      run: () => send("POST", path + "/stop", undefined, { wait: 0 }), done: "The stop was requested.",
    });
  }
  if (isOver && !session.archived && session.trainer !== "external") {
    commands.push({
      name: "Reproduce", text: `A new session trains this one again as it was recorded, up to epoch ${session.current_epoch}, without interruptions. When it ends, both are compared and the verdict is recorded in both.`,
      allow: true, run: (allow = false) => send("POST", path + "/reproduce", { allow_differences: allow }), done: "The reproduction has been started.",
    });
  }
  if (isOver || session.status === "created") {
    commands.push(session.archived
      ? { name: "Unarchive", text: "Lists show the session again, and it can be changed.", run: () => send("PATCH", path, { archived: false }), done: "It is no longer archived." }
      : { name: "Archive", text: "Lists leave it out unless archived ones are shown, and it cannot be changed. Nothing is erased, and it can be taken back.", run: () => send("DELETE", path), done: "It is archived." });
  }
  return commands.map((command) => ({ ...command, run: async (/** @type {boolean} */ allow) => {
    const answer = await command.run(allow);
    await attempt(async () => undefined, command.done);
    if (command.name === "Reproduce" && answer?.session_id) go(link(["session", answer.session_id])); else reload();
  } }));
}

/** @param {{session: Session, isPast: boolean, reload: () => void}} props */
function Head({ session, isPast, reload }) {
  const now = useNow(1000);
  const [asked, setAsked] = useState(null);
  const [allow, setAllow] = useState(false);
  const commands = useCommands(session, reload);
  const metrics = session.final_metrics ?? session.latest_metrics;
  const { monitor } = session;
  const isOpen = ["running", "stopping"].includes(session.status);
  const clock = isPast ? Date.parse(session.updated_at) : now;
  const { value: status } = useReading((signal) => (isOpen && !isPast ? get("/status/" + session.session_id, {}, signal) : Promise.resolve(null)), [session.position, isOpen]);
  const figures = /** @type {[string, any][]} */ ([
    ["Epoch", `${session.current_epoch} of ${session.total_epochs}`], ["Step", session.current_step.toLocaleString("en")],
    [isOpen ? "Running for" : "Duration", duration(secondsOf(session, clock)) || "not started"],
    status?.seconds_left !== undefined && ["Left, about", duration(status.seconds_left)],
    monitor && metrics[monitor] !== undefined && [`${monitor} (${session.monitor_mode ?? "monitored"})`, short(metrics[monitor])],
    ...Object.entries(metrics).filter(([name]) => name !== monitor && !name.includes("/")).slice(0, 3).map(([name, value]) => [name, short(value)]),
    session.attempt > 1 && ["Attempt", session.attempt], session.queue_position && ["Place in the queue", session.queue_position], session.host && ["Host", session.host],
  ].filter(Boolean));
  return html`<div class="head">
    <div class="row">
      <${Name} session=${session} isFixed=${isPast || session.archived} reload=${reload} />
      <${Status} status=${session.status} archived=${session.archived} />
      ${isOpen && html`<${Progress} session=${session} />`}
      ${session.experiment && html`<a
        href=${link(["sessions"], { filter: `experiment = ${JSON.stringify(session.experiment)}` })}>${session.experiment}</a>`}
      <${TagEditor} session=${session} isFixed=${isPast || session.archived} reload=${reload} />
      <span class="grow"></span>
      ${!isPast && commands.map((command) => html`<button key=${command.name} class=${command.kind ?? ""}
        onClick=${() => { setAllow(false); setAsked(command); }}>${command.name}…</button>`)}
      <a class="button" href=${link(["create"], { from: session.session_id })}>Clone</a>
      <a class="button"
        href=${link(["compare"], { ids: session.parent ? `${session.parent},${session.session_id}` : session.session_id })}>Compare</a>
    </div>
    <div class="figures">${figures.map(([name, value]) => html`<div class="figure" key=${name}><b>${value}</b><span>${name}</span></div>`)}
      <div class="figure"><${Copyable} text=${session.session_id} /><span>created ${time(session.created_at)}</span></div></div>
    ${session.message && html`<p class=${"note " + (session.status === "failed" ? "bad" : "warn")}>${session.message}</p>`}
    ${asked && html`<${Dialog} title=${`${asked.name} ${session.session_name}?`} confirm=${asked.name} danger=${asked.kind === "danger"}
      onClose=${() => setAsked(null)} onConfirm=${() => asked.run(allow)}>
      <p>${asked.text}</p>${asked.allow && html`<label><input type="checkbox" checked=${allow}
        onChange=${(event) => setAllow(event.target.checked)} />Train also when program, processor, threads or data are not the recorded ones</label>`}</${Dialog}>`}
  </div>`;
}

/** @param {Editable} props */
function Name({ session, isFixed, reload }) {
  const [isEdited, setEdited] = useState(false);
  const [text, setText] = useState("");
  const submit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    const done = await attempt(() => send("PATCH", sessionPath(session.session_id), { session_name: text.trim() }));
    if (done) { setEdited(false); reload(); }
  };
  if (isEdited) {
    return html`<form class="row" onSubmit=${submit}><input type="text" aria-label="Name" value=${text}
      onInput=${(event) => setText(event.target.value)} ref=${(element) => element?.focus()} />
      <button class="primary" disabled=${!text.trim()}>Rename</button><button type="button" onClick=${() => setEdited(false)}>Cancel</button></form>`;
  }
  return html`<h1>${session.session_name}</h1>
    ${!isFixed && html`<button class="plain" onClick=${() => { setText(session.session_name); setEdited(true); }}
      aria-label="Rename">rename</button>`}`;
}

/** @param {Editable} props */
function TagEditor({ session, isFixed, reload }) {
  const [isEdited, setEdited] = useState(false);
  const [text, setText] = useState("");
  const set = useCallback(async (/** @type {string[]} */ tags) => {
    if (await attempt(() => send("PATCH", sessionPath(session.session_id), { tags }))) reload();
  }, [session.session_id]);
  const submit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    if (text.trim()) await set([...new Set([...session.tags, text.trim()])]);
    setText("");
    setEdited(false);
  };
  return html`<span class="row">${session.tags.map((tag) => html`<span class="tag" key=${tag} title=${tag}>${tag}${isEdited && html`
    <button class="plain" aria-label=${"Remove the tag " + tag} onClick=${() => set(session.tags.filter((one) => one !== tag))}>×</button>`}</span>`)}
    ${!isFixed && (isEdited ? html`<form class="row" onSubmit=${submit}><input type="text" aria-label="New tag" placeholder="New tag" value=${text}
      onInput=${(event) => setText(event.target.value)}
      ref=${(element) => element?.focus()} onKeyDown=${(event) => { if (event.key === "Escape") setEdited(false); }} /><button>Done</button></form>`
    : html`<button class="plain" onClick=${() => setEdited(true)}>${session.tags.length ? "edit tags" : "add tags"}</button>`)}</span>`;
}
