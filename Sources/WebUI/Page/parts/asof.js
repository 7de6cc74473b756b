/** The sliders over the past: everything is shown as it was at a position of the log. */

import { html, useEffect, useRef, useState } from "../core/preact.js";
import { get } from "../core/api.js";
import { time } from "../core/format.js";
import { useReading } from "../core/reading.js";
import { change } from "../core/route.js";
import { eventName, eventText } from "../core/views.js";
import { Fault } from "./small.js";

/**
 * @param {{events: import("../core/types.js").EventRecord[]|undefined, at: number|null, error: any, onClose: () => void}} props
 */
export function AsOf({ events, at, error, onClose }) {
  const ticks = useRef(null);
  const [moving, setMoving] = useState(/** @type {number|null} */ (null));
  useEffect(() => {
    const canvas = ticks.current;
    if (!canvas || !events) return;
    canvas.width = canvas.clientWidth * devicePixelRatio;
    canvas.height = 5 * devicePixelRatio;
    const context = canvas.getContext("2d");
    context.fillStyle = getComputedStyle(canvas).color;
    const count = events.length;
    for (let index = 0; index < count; index += Math.max(1, Math.floor(count / 2000))) {
      const isGreat = !/epoch_completed|artifact_saved/.test(events[index].type);
      context.globalAlpha = isGreat ? 1 : 0.35;
      context.fillRect(canvas.width * index / Math.max(1, count - 1), isGreat ? 0 : canvas.height / 2, devicePixelRatio, canvas.height);
    }
  }, [events]);
  if (error) return html`<div class="asof"><${Fault} error=${error} /></div>`;
  if (!events) return html`<div class="asof quiet">reading the session's events…</div>`;
  const last = events.length - 1;
  let index = last;
  if (moving !== null) index = moving;
  else if (at !== null) { index = -1; while (index < last && events[index + 1].position <= at) index += 1; }
  const event = events[Math.max(0, index)];
  const isNow = moving === null ? at === null : moving === last;
  const set = (/** @type {number} */ place) => { setMoving(null); change({ at: place >= last ? "" : events[Math.max(0, place)].position }); };
  return html`<div class=${"asof" + (isNow ? "" : " past")} role="group" aria-label="As of">
    <b>${isNow ? "Now" : "As of"}</b>
    <button class="plain" aria-label="The event before" disabled=${index <= 0} onClick=${() => set(index - 1)}>‹</button>
    <div class="track"><input type="range" min="0" max=${last} value=${Math.max(0, index)} aria-label="Position in the session's past"
      aria-valuetext=${`position ${event.position}, ${time(event.recorded_at)}, ${eventName(event.type)}`}
      onInput=${(change_) => setMoving(Number(change_.target.value))} onChange=${(change_) => set(Number(change_.target.value))} />
        <canvas ref=${ticks}></canvas></div>
    <button class="plain" aria-label="The event after" disabled=${index >= last} onClick=${() => set(index + 1)}>›</button>
    <label>position <input type="number" min=${events[0].position} aria-label="Position of the log"
      value=${moving === null ? at ?? event.position : event.position}
      onChange=${(change_) => { const value = Number(change_.target.value); if (Number.isInteger(value) && value > 0) change({ at: value }); }} />
        </label>
    <span class="clip">${time(event.recorded_at)} · ${eventName(event.type)} ${eventText(event).slice(0, 80)}</span>
    <button onClick=${onClose}>${isNow ? "Close" : "Back to now"}</button>
  </div>`;
}

/**
 * The slider over the whole log, for views of many sessions: the address holds the position as `at`.
 * @param {{at: string|undefined}} props
 */
export function Position({ at }) {
  const { value: head } = useReading(async (signal) => (await get("/health", {}, signal)).position, [at === undefined]);
  if (at === undefined) {
    return html`<button title="Show everything as it was at a position of the log" disabled=${head === undefined}
      onClick=${() => change({ at: head })}>As of…</button>`;
  }
  const set = (/** @type {FieldEvent} */ event) => {
    const position = Number(event.target.value);
    if (Number.isInteger(position) && position > 0) change({ at: position });
  };
  return html`<span class="note warn row"><label>As of position
      <input type="range" min="1" max=${head ?? at} value=${at} aria-label="Position, roughly" onChange=${set} />
      <input type="number" min="1" max=${head} aria-label="Position of the log" value=${at} onChange=${set} /></label>
    <button onClick=${() => change({ at: "" })}>Back to now</button></span>`;
}
