/** A row of the table of sessions, which is drawn again only when something in it has changed. */

import { Component, html } from "../../core/preact.js";

/** @typedef {import("../../core/types.js").Session} Session */

/** The height of a row, in pixels. */
export const ROW = 34;

/**
 * @typedef {Object} RowProps
 * @property {Session|undefined} session undefined while it is being read
 * @property {number} index
 * @property {boolean} isChosen
 * @property {boolean} isActive
 * @property {import("../../parts/columns.js").Column[]} shown
 * @property {string} template the widths of the columns
 * @property {number} now milliseconds
 * @property {string|undefined} at
 * @property {any[]|undefined} spark
 * @property {(event: any, index: number) => void} onClick
 * @property {(index: number, extend: boolean) => void} onToggle
 */

/** @extends {Component<RowProps>} */
export class Row extends Component {
  /** @param {RowProps} next */
  shouldComponentUpdate(next) {
    return /** @type {(keyof RowProps)[]} */ (Object.keys(next)).some((name) => next[name] !== this.props[name]);
  }

  render() {
    const { session, index, isChosen, isActive, shown, template, now, at, spark, onClick, onToggle } = this.props;
    const style = { gridTemplateColumns: template, top: index * ROW + "px" };
    return html`<div id=${"row-" + index} role="row" aria-rowindex=${index + 2} aria-selected=${isChosen}
      class=${`grid-row${isChosen ? " chosen" : ""}${isActive ? " active" : ""}`} style=${style} onClick=${(event) => onClick(event, index)}>
      <div class="grid-cell" role="gridcell">${session && html`<input type="checkbox" tabindex="-1" aria-label=${"Select " + session.session_name}
        checked=${isChosen}
        onClick=${(event) => { event.stopPropagation(); onToggle(index, event.shiftKey); }} />`}</div>
      ${shown.map((one) => html`<div key=${one.id} role="gridcell" class=${"grid-cell" + (one.numeric ? " num" : "")}>
        ${session && one.cell(session, { now, at, spark })}</div>`)}
    </div>`;
  }
}
