/** All sessions: as a table, or in groups with the mean and spread of their numbers. */

import { html } from "../core/preact.js";
import { Groups } from "./groups.js";
import { Bar } from "./sessions/bar.js";
import { Table } from "./sessions/table.js";

/** @param {{route: import("../core/route.js").Route}} props */
export function Sessions({ route }) {
  const { query } = route;
  return query.by ? html`<${Bar} query=${query} /><${Groups} query=${query} />` : html`<${Table} query=${query} />`;
}
