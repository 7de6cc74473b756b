/** The alerts of a session, and a rule that watches only it. */

import { html, useEffect, useState } from "../../core/preact.js";
import { get } from "../../core/api.js";
import { throttled, useReading } from "../../core/reading.js";
import { link } from "../../core/route.js";
import { AlertTable } from "../../parts/alerts.js";
import { Fault } from "../../parts/small.js";
import { RuleDialog } from "../alerts/rule.js";

/** @param {import("../props.js").SessionPart} props */
export function SessionAlerts({ session, at, bus }) {
  const question = { session_id: session.session_id, as_of: at ?? undefined, limit: 1000 };
  const { value, error, reload } = useReading((signal) => get("/alerts", question, signal), [session.session_id, at]);
  const [isNew, setNew] = useState(false);
  useEffect(() => {
    const again = throttled(reload, 500);
    const stop = bus.on((frame) => { if (frame.type === "alert" || frame.type === "resync") again(); });
    return () => { stop(); again.cancel(); };
  }, []);
  const alerts = value?.alerts ?? [];
  return html`<div class="section stack"><${Fault} error=${error} />
    <div class="row"><span class="grow quiet">${value && alerts.length === 0 && `No alert ${at === null ? "has risen" : "had risen"}.`}</span>
      <a href=${link(["alerts"], { tab: "rules" })}>All rules</a>
      ${at === null && html`<button onClick=${() => setNew(true)}>Watch this session…</button>`}</div>
    ${alerts.length > 0 && html`<${AlertTable} alerts=${alerts} isFixed=${at !== null} hasSession=${false} reload=${reload} />`}
    ${isNew && html`<${RuleDialog} rule=${null} session=${session.session_id} onClose=${() => setNew(false)} onDone=${reload} />`}</div>`;
}
