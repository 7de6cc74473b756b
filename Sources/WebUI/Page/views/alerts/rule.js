/** The fields of an alert rule, of which those are shown that its condition has a use for. */

import { html, useState } from "../../core/preact.js";
import { send } from "../../core/api.js";
import { names } from "../../core/names.js";
import { Dialog } from "../../parts/small.js";

/** @typedef {import("../../core/types.js").AlertRule} AlertRule */

const SOURCES = { metric: "metrics of sessions", host: "the machines they train on", server: "this server", lifecycle: "what happens to sessions" };
const FIGURES = ["cpu_percent", "memory_percent", "disk_percent", "disk_free_bytes", "gpu_memory_percent", "gpu_utilization", "gpu_temperature"];
const READINGS = ["cpu.percent", "memory.used_bytes", "memory.percent", "disk.percent", "gpu.*.utilization", "gpu.*.memory_used_bytes", "gpu.*.temperature"];

/**
 * The conditions by what is watched.
 * @type {Record<string, Record<string, string>>}
 */
const CONDITIONS = {
  metric: {
    greater_than: "is above", less_than: "is below", is_nan: "is NaN or infinite", no_improvement: "has not become better", increases_by: "jumps up",
  },
  host: { greater_than: "is above", less_than: "is below", is_nan: "is NaN or infinite", no_improvement: "has not become better", increases_by: "jumps up" },
  server: { greater_than: "is above", less_than: "is below", increases_by: "jumps up" },
  lifecycle: {
    no_report: "a running session is silent", training_started: "a training starts", training_completed: "a training completes",
    training_failed: "a training fails", training_stopped: "a training is stopped",
  },
};

/**
 * The fields that a condition has a use for.
 * @type {Record<string, string[]>}
 */
const USES = {
  greater_than: ["threshold", "resolve_threshold"], less_than: ["threshold", "resolve_threshold"], is_nan: [],
  no_improvement: ["window", "unit", "mode", "min_delta"], increases_by: ["window", "threshold"], no_report: ["silence_seconds"],
};

/**
 * The fields with numbers, and what they mean.
 * @type {Record<string, string>}
 */
const NUMBERS = {
  threshold: "Threshold", resolve_threshold: "Over again at", window: "Window", min_delta: "Least improvement", silence_seconds: "Silence, in seconds",
  for_points: "For so many points", for_seconds: "For so many seconds", cooldown_seconds: "Seconds until it may rise again",
};

/** Fields that cannot be changed later. */
const LASTING = ["source", "metric", "condition", "unit", "mode", "session_id"];

const NEW = {
  name: "", source: "metric", metric: "", condition: "greater_than", severity: "medium", actions: ["notify"], unit: "epochs", mode: "min", tag: "", filter: "", session_id: "",
};

/**
 * What is sent: the fields that the condition has a use for, and of a rule that there is, those that differ.
 * @param {Record<string, any>} form
 * @param {AlertRule|null} rule
 */
export function requestOf(form, rule) {
  const isOfValues = form.source !== "lifecycle";
  const used = new Set(["name", "severity", "actions", "cooldown_seconds", ...(USES[form.condition] ?? [])]);
  if (isOfValues) for (const name of ["metric", "for_points", "for_seconds"]) used.add(name);
  if (form.source !== "server") for (const name of ["filter", "session_id"]) used.add(name);
  if (form.actions.includes("tag")) used.add("tag");
  for (const name of ["source", "condition"]) used.add(name);
  /** @type {Record<string, any>} */
  const body = {};
  for (const name of used) {
    let value = form[name];
    if (name in NUMBERS) value = value === "" || value === undefined ? undefined : Number(value);
    else if (typeof value === "string") value = value.trim();
    if (rule) {
      const before = /** @type {any} */ (rule)[name];
      if (LASTING.includes(name) || value === undefined || JSON.stringify(value) === JSON.stringify(before ?? (typeof value === "string" ? "" : undefined))) continue;
    } else if (value === "" || value === undefined) continue;
    body[name] = value;
  }
  if (rule?.tag && !form.actions.includes("tag")) body.tag = "";
  return body;
}

/**
 * @param {{rule: AlertRule|null, session?: string, onClose: () => void, onDone: () => void}} props
 *   `rule` null makes a new one; `session` is the only one that a new rule is to watch.
 */
export function RuleDialog({ rule, session = "", onClose, onDone }) {
  const [form, setForm] = useState(/** @type {Record<string, any>} */ (rule ? { ...rule } : { ...NEW, session_id: session }));
  const set = (/** @type {Record<string, any>} */ changes) => setForm({ ...form, ...changes });
  const typed = (/** @type {string} */ name) => (/** @type {FieldEvent} */ event) => set({ [name]: event.target.value });
  const isNew = rule === null;
  const conditions = CONDITIONS[form.source] ?? {};
  const watch = (/** @type {FieldEvent} */ event) => {
    const source = event.target.value;
    const condition = form.condition in CONDITIONS[source] ? form.condition : Object.keys(CONDITIONS[source])[0];
    set({ source, condition, actions: source === "server" ? ["notify"] : form.actions });
  };
  const toggle = (/** @type {string} */ name) => set({
    actions: form.actions.includes(name) ? form.actions.filter((/** @type {string} */ one) => one !== name) : [...form.actions, name],
  });
  const uses = USES[form.condition] ?? [];
  const suggested = form.source === "server" ? FIGURES : form.source === "host" ? READINGS : [...names.metrics];
  const confirm = async () => {
    const body = requestOf(form, rule);
    if (rule) await send("PATCH", "/alerts/rules/" + encodeURIComponent(rule.rule_id), body); else await send("POST", "/alerts/rules", body);
    onDone();
  };
  const numeric = (/** @type {string} */ name, label = NUMBERS[name]) => html`<label class="field" key=${name}>${label}
    <input type="number" step="any" value=${form[name] ?? ""} onInput=${typed(name)} /></label>`;
  const windowed = form.condition === "increases_by" ? "Points whose median is compared with" : `${form.unit === "steps" ? "Steps" : "Epochs"} without a better value`;
  const chooser = (/** @type {string} */ name, /** @type {string} */ label, /** @type {Record<string, string>} */ options, onChange = typed(name)) => html`
    <label class="field">${label}<select value=${form[name]} disabled=${!isNew && LASTING.includes(name)} onChange=${onChange}>
      ${Object.entries(options).map(([value, text]) => html`<option key=${value} value=${value}>${text}</option>`)}</select></label>`;
  return html`<${Dialog} title=${isNew ? "New rule" : "Change the rule"} confirm=${isNew ? "Create" : "Save"} onConfirm=${confirm} onClose=${onClose}
    disabled=${!form.name.trim() || form.actions.length === 0 || (form.source !== "lifecycle" && !form.metric?.trim())}>
    <label class="field">Name<input type="text" value=${form.name} onInput=${typed("name")} /></label>
    <div class="fields">
      ${chooser("source", "Watches", SOURCES, watch)}
      ${form.source !== "lifecycle" && html`<label class="field">Name of what is watched
        <input type="text" class="mono" list="watched" disabled=${!isNew} placeholder="val_*loss" value=${form.metric ?? ""}
          onInput=${typed("metric")} />
        <datalist id="watched">${suggested.map((name) => html`<option key=${name} value=${name}></option>`)}</datalist></label>`}
      ${chooser("condition", "Rises when", conditions)}
      ${uses.includes("threshold") && numeric("threshold", form.condition === "increases_by" ? "By this share of the median" : undefined)}
      ${uses.includes("resolve_threshold") && numeric("resolve_threshold")}
      ${uses.includes("window") && numeric("window", windowed)}
      ${uses.includes("unit") && chooser("unit", "Counted in", { epochs: "epochs", steps: "steps" })}
      ${uses.includes("mode") && chooser("mode", "Better is", { min: "less", max: "more" })}
      ${uses.includes("min_delta") && numeric("min_delta")}
      ${uses.includes("silence_seconds") && numeric("silence_seconds")}
      ${form.source !== "lifecycle" && html`${numeric("for_points")}${numeric("for_seconds")}`}
      ${chooser("severity", "Severity", { low: "low", medium: "medium", high: "high", critical: "critical" })}
      ${numeric("cooldown_seconds")}
    </div>
    <fieldset class="row"><legend>When it rises</legend>
      ${[["notify", "tell people"], ...(form.source === "server" ? [] : [["stop", "stop the session"], ["tag", "tag the session"]])].map(([name, label]) => html`
        <label key=${name}><input type="checkbox" checked=${form.actions.includes(name)} onChange=${() => toggle(name)} />${label}</label>`)}
      ${form.actions.includes("tag") && html`<input type="text" aria-label="Tag" placeholder="tag" value=${form.tag ?? ""}
        onInput=${typed("tag")} />`}</fieldset>
    ${form.source !== "server" && html`<label class="field">Only of sessions for which this holds
      <input type="text" class="mono" placeholder="experiment = lung" value=${form.filter ?? ""} onInput=${typed("filter")} /></label>`}
    ${form.session_id && html`<p class="quiet">Only the session ${form.session_id} is watched.</p>`}
  </${Dialog}>`;
}
