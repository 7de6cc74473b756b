/** The session's log: its lines by rank, searched, and followed while it grows. */

import { html, useEffect, useMemo, useRef, useState } from "../../core/preact.js";
import { get, sessionPath } from "../../core/api.js";
import { time } from "../../core/format.js";
import { throttled } from "../../core/reading.js";
import { change } from "../../core/route.js";
import { Fault } from "../../parts/small.js";

const CHUNK = 1000;
const ROW = 19;
/** The most lines that the page holds; the newest are kept. */
const MOST = 200_000;

/** @typedef {import("../../core/types.js").LogLine} LogLine */

/** Reads a log from its end to its beginning, and then what comes. */
class Log {
  /**
   * @param {string} id
   * @param {number|undefined} rank
   * @param {number|null} at
   * @param {() => void} changed
   */
  constructor(id, rank, at, changed) {
    this.id = id;
    this.rank = rank;
    this.at = at;
    this.changed = changed;
    /** @type {LogLine[]} */
    this.lines = [];
    this.total = 0;
    this.error = /** @type {any} */ (null);
    this.isWhole = false;
    this.isClosed = false;
    /** Something came that is not read yet. */
    this.isBehind = false;
    this.isReading = false;
    /** The last line that was looked at. */
    this.after = 0;
    /** There are lines before those that are held. */
    this.isCut = false;
    this.begin();
  }

  /**
   * @param {number} after
   * @param {number} limit
   * @returns {Promise<import("../../core/types.js").LogLineList>}
   */
  read(after, limit) { return get(sessionPath(this.id, "/logs"), { after, limit, rank: this.rank, as_of: this.at ?? undefined }); }

  async begin() {
    try {
      const first = await this.read(0, 1);
      this.total = first.total;
      const last = first.total;
      // Without a rank, lines are numbered from 1 without gaps, and the end can be read first.
      let start = this.rank === undefined ? Math.max(0, last - CHUNK) : 0;
      await this.forward(start);
      while (start > 0 && this.lines.length < MOST && !this.isClosed) {
        const from = Math.max(0, start - CHUNK);
        const answer = await this.read(from, start - from);
        this.lines = [...answer.lines, ...this.lines];
        start = from;
        this.changed();
      }
      this.isCut ||= start > 0;
      this.isWhole = true;
      if (this.isBehind) this.more();
    } catch (error) { this.error = error; }
    this.changed();
  }

  /** @param {number} after */
  async forward(after) {
    for (;;) {
      const answer = await this.read(after, CHUNK);
      if (this.isClosed) return;
      this.lines = [...this.lines, ...answer.lines];
      if (this.lines.length > MOST) { this.lines = this.lines.slice(-MOST); this.isCut = true; }
      this.total = Math.max(this.total, answer.total);
      this.after = answer.last_line;
      this.changed();
      if (answer.last_line >= answer.total || answer.last_line <= after) return;
      after = answer.last_line;
    }
  }

  /**
   * Lines before those that the page holds that contain a text; the server looks through them piece by piece.
   * @param {string} text
   * @param {(lines: any[], done: number) => void} told gets the lines found so far, and the share of the work that is done
   * @param {AbortSignal} signal
   */
  async search(text, told, signal) {
    const end = this.lines.length ? this.lines[0].line : 0;
    const found = [];
    for (let after = 0; after < end - 1 && found.length < MOST;) {
      const answer = await get(sessionPath(this.id, "/logs"), { after, limit: CHUNK, rank: this.rank, contains: text, as_of: this.at ?? undefined }, signal);
      found.push(...answer.lines.filter((/** @type {import("../../core/types.js").LogLine} */ line) => line.line < end));
      if (answer.last_line <= after) break;
      after = answer.last_line;
      told([...found], Math.min(1, after / (end - 1)));
    }
    told([...found], 1);
  }

  /** Reads what came after the last line; what comes while it reads is read after that. */
  async more() {
    this.isBehind = true;
    if (this.isReading || !this.isWhole) return;
    this.isReading = true;
    while (this.isBehind && !this.isClosed) {
      this.isBehind = false;
      try {
        await this.forward(this.after);
        this.error = null;
      } catch (error) {
        this.error = error;
        this.changed();
      }
    }
    this.isReading = false;
  }
}

/** @param {{text: string, find: string}} props */
function Marked({ text, find }) {
  if (!find) return text;
  const parts = [];
  const lower = text.toLowerCase();
  let from = 0;
  for (let at = lower.indexOf(find); at >= 0 && parts.length < 40; at = lower.indexOf(find, from)) {
    parts.push(text.slice(from, at), html`<mark>${text.slice(at, at + find.length)}</mark>`);
    from = at + find.length;
  }
  return [...parts, text.slice(from)];
}

/** @param {import("../props.js").SessionPart} props */
export function Logs({ session, query, at, bus }) {
  const [, draw] = useState(0);
  const rank = query.rank ? Number(query.rank) : undefined;
  const log = useMemo(() => new Log(session.session_id, rank, at, () => draw((count) => count + 1)), [session.session_id, rank, at]);
  const box = useRef(null);
  const [top, setTop] = useState(0);
  const [follows, setFollows] = useState(true);
  useEffect(() => () => { log.isClosed = true; }, [log]);
  useEffect(() => {
    if (at !== null) return undefined;
    const again = throttled(() => log.more(), 400);
    const stop = bus.on((frame) => { if (frame.type !== "metrics" && frame.type !== "host") again(); });
    // What came between the first reading and this.
    again();
    return () => { stop(); again.cancel(); };
  }, [log]);
  const find = (query.find ?? "").toLowerCase();
  const [older, setOlder] = useState({ lines: /** @type {any[]} */ ([]), done: 1 });
  const isCut = log.isWhole && log.isCut;
  useEffect(() => {
    setOlder({ lines: [], done: 1 });
    if (!find || !isCut) return undefined;
    const searching = new AbortController();
    setOlder({ lines: [], done: 0 });
    // After a pause in typing.
    const timer = setTimeout(() => log.search(find, (lines, done) => setOlder({ lines, done }), searching.signal)
      .catch((error) => { if (!searching.signal.aborted) { log.error = error; log.changed(); } }), 300);
    return () => { clearTimeout(timer); searching.abort(); };
  }, [log, find, isCut]);
  const shown = useMemo(() => [...older.lines, ...log.lines.filter((line) => !find || line.text.toLowerCase().includes(find))], [log.lines, find, older.lines]);
  const ranks = (session.attempts ?? []).reduce((most, one) => Math.max(most, one.world_size ?? 1), 1);
  const height = box.current?.clientHeight ?? 600;
  useEffect(() => { if (follows && box.current) box.current.scrollTop = shown.length * ROW; }, [shown.length, follows]);
  const first = Math.max(0, Math.floor(top / ROW) - 20);
  const last = Math.min(shown.length, Math.ceil((top + height) / ROW) + 20);
  return html`<div class="toolbar">
      <input type="search" aria-label="Search the log" placeholder="Search the log" value=${query.find ?? ""}
        onInput=${(event) => change({ find: event.target.value })} />
      ${ranks > 1 && html`<label>Rank <select value=${query.rank ?? ""} onChange=${(event) => change({ rank: event.target.value })}>
        <option value="">all</option>${Array.from({ length: ranks }, (_, index) => html`<option value=${index}>${index}</option>`)}</select></label>`}
      <button aria-pressed=${follows} onClick=${() => setFollows(!follows)}>follow</button>
      <span class="quiet" aria-live="polite">
        ${find ? `${shown.length.toLocaleString("en")} of ${(isCut ? log.total : log.lines.length).toLocaleString("en")} lines${older.done < 1 ? ` · ${Math.floor(100 * older.done)} % searched` : ""}` : `${shown.length.toLocaleString("en")} lines`}${!log.isWhole && !log.error && " · reading…"}${log.total > MOST && !find && ` · the newest ${MOST.toLocaleString("en")} of ${log.total.toLocaleString("en")}`}</span></div>
    ${log.error && html`<div class="section"><${Fault} error=${log.error} /></div>`}
    <div class="log" ref=${box} tabindex="0" role="log" aria-label="Log lines"
      onScroll=${(event) => { const { scrollTop, scrollHeight, clientHeight } = event.target; setTop(scrollTop); setFollows(scrollHeight - scrollTop - clientHeight < 2 * ROW); }}>
      <div class="log-body" style=${{ height: shown.length * ROW + "px" }}>${shown.slice(first, last).map((line, index) => html`
        <div key=${line.line} class=${`log-line ${line.source} ${line.level ?? ""}`} style=${{ top: (first + index) * ROW + "px" }}><i>
          ${String(line.line).padStart(6)}</i>
          <i title=${time(line.time)}>${time(line.time).slice(11)}</i>${ranks > 1 && html`<i>${line.rank}</i>`}<span>
            ${line.redacted_by ? html`<i>removed by event ${line.redacted_by}</i>` : html`<${Marked} text=${line.text} find=${find} />`}</span></div>`)}</div></div>`;
}
