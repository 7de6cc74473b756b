/** Small components that many views use. */

import { html, useEffect, useRef, useState } from "../core/preact.js";
import { number } from "../core/format.js";

/**
 * A session's status.
 * @param {{status: string, archived?: boolean}} props
 */
export const Status = ({ status, archived = false }) => html`
  <span class=${"badge " + status}>${status}</span>${archived && html`<span class="badge">archived</span>`}`;

/**
 * How much is done.
 * @param {{session: import("../core/types.js").Session}} props
 */
export const Progress = ({ session }) => html`
  <span class=${"bar " + session.status} role="img" aria-label=${`${Math.round(100 * session.progress)} % done`}>
    <i style=${{ width: 100 * session.progress + "%" }}></i></span>`;

/** @param {{tags: string[]}} props */
export const Tags = ({ tags }) => tags.map((tag) => html`<span class="tag" key=${tag} title=${tag}>${tag}</span>`);

/**
 * What went wrong, as the server says it.
 * @param {{error: any}} props anything that was thrown
 */
export const Fault = ({ error }) => error
  ? html`<p class="note bad" role="alert">${error.message ?? String(error)}</p>` : null;

/**
 * A curve without axes.
 * @param {{values: any[]}} props
 */
export function Spark({ values }) {
  const numbers = values.map(number).filter(Number.isFinite);
  if (numbers.length < 2) return html`<span class="quiet"></span>`;
  const least = Math.min(...numbers);
  const range = Math.max(...numbers) - least || 1;
  const points = numbers.map((value, index) =>
    `${(96 * index / (numbers.length - 1)).toFixed(1)},${(22 - 20 * (value - least) / range).toFixed(1)}`).join(" ");
  return html`<svg class="spark" viewBox="0 0 96 24" preserveAspectRatio="none" aria-hidden="true"><polyline points=${points} /></svg>`;
}

/**
 * A button that opens a sheet below it; Escape and a click elsewhere close it.
 * @param {{label: any, title?: string, right?: boolean, children?: any}} props `children` can be a function that is given what closes the sheet
 */
export function Menu({ label, title = undefined, right = false, children }) {
  const [isOpen, setOpen] = useState(false);
  const element = useRef(null);
  useEffect(() => {
    if (!isOpen) return undefined;
    const click = (/** @type {MouseEvent} */ event) => { if (!element.current.contains(event.target)) setOpen(false); };
    const key = (/** @type {KeyboardEvent} */ event) => {
      if (event.key !== "Escape") return;
      setOpen(false);
      element.current.querySelector("button").focus();
    };
    document.addEventListener("mousedown", click);
    document.addEventListener("keydown", key);
    return () => { document.removeEventListener("mousedown", click); document.removeEventListener("keydown", key); };
  }, [isOpen]);
  return html`<div class=${"menu" + (right ? " right" : "")} ref=${element}>
    <button type="button" aria-expanded=${isOpen} title=${title} onClick=${() => setOpen(!isOpen)}>${label}</button>
    ${isOpen && html`<div class="sheet">${typeof children === "function" ? children(() => setOpen(false)) : children}</div>`}
  </div>`;
}

/**
 * A question with a few fields; it keeps the keyboard until it is answered.
 * @param {{title: string, confirm: string, danger?: boolean, disabled?: boolean, onConfirm: () => any, onClose: () => void, children?: any}} props
 */
export function Dialog({ title, confirm, danger = false, disabled = false, onConfirm, onClose, children }) {
  const element = useRef(null);
  const [error, setError] = useState(null);
  const [isBusy, setBusy] = useState(false);
  useEffect(() => { element.current.showModal(); }, []);
  const submit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try { await onConfirm(); onClose(); } catch (fault) { setError(fault); setBusy(false); }
  };
  return html`<dialog ref=${element} onClose=${onClose} aria-labelledby="dialog-title">
    <form class="stack" onSubmit=${submit}>
      <h2 id="dialog-title">${title}</h2>
      ${children}
      <${Fault} error=${error} />
      <div class="buttons">
        <button type="button" onClick=${onClose}>Cancel</button>
        <button type="submit" class=${danger ? "danger" : "primary"} disabled=${isBusy || disabled}>${isBusy ? "Working…" : confirm}</button>
      </div>
    </form></dialog>`;
}

/** @typedef {{text: string, kind: "good"|"bad"|"", id: number}} Toast what has just happened, told at the lower edge */

/** @type {(toast: Toast) => void} */
let tellToasts = () => {};
/**
 * @param {string} text
 * @param {"good"|"bad"|""} [kind]
 */
export const tell = (text, kind = "") => tellToasts({ text, kind, id: Math.random() });

export function Toasts() {
  const [toasts, setToasts] = useState(/** @type {Toast[]} */ ([]));
  useEffect(() => {
    tellToasts = (toast) => {
      setToasts((before) => [...before.slice(-3), toast]);
      setTimeout(() => setToasts((before) => before.filter((other) => other !== toast)), toast.kind === "bad" ? 12_000 : 5000);
    };
  }, []);
  return html`<div class="toasts" role="status" aria-live="polite">${toasts.map((toast) => html`
    <div class=${"note " + toast.kind} key=${toast.id}><span class="grow">${toast.text}</span>
      <button class="plain" aria-label="Close" onClick=${() => setToasts((before) => before.filter((other) => other !== toast))}>×</button>
    </div>`)}</div>`;
}

/**
 * Does something and tells when it fails.
 * @param {() => Promise<any>} action
 * @param {string} [done] what to tell when it is done
 */
export async function attempt(action, done) {
  try {
    const result = await action();
    if (done) tell(done, "good");
    return result;
  } catch (error) {
    tell(/** @type {Error} */ (error).message, "bad");
    return undefined;
  }
}

/**
 * A text that copies itself when clicked.
 * @param {{text: string, shown?: string}} props
 */
export const Copyable = ({ text, shown = text }) => html`<button type="button" class="plain mono" title=${`Copy ${text}`}
  onClick=${() => attempt(() => navigator.clipboard.writeText(text), "Copied.")}>${shown}</button>`;
