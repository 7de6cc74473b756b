/** The server itself: its health, the load of its machine, where the disk goes, and its telemetry. */

import { html, useEffect, useState } from "../core/preact.js";
import { get, text } from "../core/api.js";
import { duration, short, size } from "../core/format.js";
import { useReading } from "../core/reading.js";
import { link } from "../core/route.js";
import { Fault } from "../parts/small.js";

/**
 * Telemetry as rows: name, labels, value and what it is.
 * @param {string} exposition in the format of Prometheus
 */
export function readTelemetry(exposition) {
  const help = new Map();
  const rows = [];
  for (const line of exposition.split("\n")) {
    const told = /^# HELP (\S+) (.*)$/.exec(line);
    if (told) help.set(told[1], told[2]);
    const found = /^([a-zA-Z_:][\w:]*)(\{.*\})? (\S+)$/.exec(line);
    if (found) rows.push({ name: found[1], labels: found[2] ?? "", value: Number(found[3].replace("Inf", "Infinity")), help: help.get(found[1].replace(/_(bucket|sum|count)$/, "")) ?? help.get(found[1]) ?? "" });
  }
  return rows;
}

/** @param {{label: string, percent: number, detail: string}} props */
const Meter = ({ label, percent, detail }) => html`<div class="figure"><b>${short(Number(percent.toFixed(1)))} %</b>
  <span class="bar" role="img" aria-label=${`${label} ${percent.toFixed(0)} %`}><i style=${{ width: Math.min(100, percent) + "%" }}></i></span>
  <span>${label}, ${detail}</span></div>`;

/** @param {{route: import("../core/route.js").Route}} _props */
export function Server(_props) {
  const health = useReading((signal) => get("/health/detailed", {}, signal), []);
  const load = useReading((signal) => /** @type {Promise<import("../core/types.js").Resources>} */ (get("/monitor/resources", {}, signal)), []);
  const telemetry = useReading(async () => readTelemetry(await text("/metrics")), []);
  const [asksStorage, setAsksStorage] = useState(false);
  const storage = useReading((signal) => /** @type {Promise<import("../core/types.js").Storage|null>} */ (asksStorage ? get("/storage", { limit: 50 }, signal) : Promise.resolve(null)), [asksStorage]);
  const [find, setFind] = useState("");
  useEffect(() => {
    const timer = setInterval(() => { health.reload(); load.reload(); telemetry.reload(); }, 5000);
    return () => clearInterval(timer);
  }, []);
  const rows = (telemetry.value ?? []).filter((row) => (row.name + row.labels + row.help).toLowerCase().includes(find.toLowerCase()) && !row.name.endsWith("_bucket"));
  const machine = load.value;
  return html`<div class="section stack"><h1>Server</h1><${Fault} error=${health.error ?? load.error ?? telemetry.error} />
    ${health.value && html`<div class="figures"><div class="figure"><b><span
      class=${"badge " + (health.value.status === "healthy" ? "completed" : "failed")}>${health.value.status}</span></b>
      <span>version ${health.value.version}</span></div>
      <div class="figure"><b>${duration(health.value.uptime_seconds)}</b><span>since its start</span></div>
        <div class="figure"><b>${health.value.position.toLocaleString("en")}</b><span>position of the log</span></div>
      ${machine && html`<${Meter} label="Processors" percent=${machine.cpu.percent} detail=${machine.cpu.count + " of them"} />
        <${Meter} label="Memory" percent=${machine.memory.percent} detail=${size(machine.memory.total_bytes)} />
        <${Meter} label="Disk" percent=${machine.disk.percent} detail=${size(machine.disk.free_bytes) + " free"} />
        ${(machine.gpu ?? []).map((gpu) => html`<${Meter}
          key=${gpu.id} label=${gpu.name} percent=${gpu.utilization} detail=${`${short(gpu.memory_used_gb)} of ${short(gpu.memory_total_gb)} GB`} />`)}`}</div>
      <div class="columns"><section class="card"><header><h2>Components</h2></header>
        <div class="scroll" tabindex="0"><table class="plain"><tbody>${Object.entries(health.value.components).map(([name, one]) => html`<tr
          key=${name}><th scope="row">${name.replaceAll("_", " ")}</th>
        <td><span class=${"badge " + (one.status === "healthy" ? "completed" : "failed")}>${one.status}</span></td>
        <td class="break quiet">
          ${Object.entries(one).filter(([key]) => key !== "status").map(([key, value]) => `${key.replaceAll("_", " ")} ${key.endsWith("bytes") ? size(/** @type {number} */ (value)) : value}`).join(", ")}</td></tr>`)}</tbody></table></div></section>
      <section class="card"><header><h2 class="grow">Storage</h2>${!asksStorage && html`<button onClick=${() => setAsksStorage(true)}
        title="Everything that is stored is looked at, which may take seconds">Look</button>`}</header>
        <${Fault} error=${storage.error} />${storage.value ? html`<div class="scroll" tabindex="0"><p class="padded">
          ${storage.value.file_count.toLocaleString("en")} files of ${size(storage.value.size_bytes)} take ${size(storage.value.stored_size_bytes)}; pruning checkpoints would free ${size(storage.value.freed_by_pruning_bytes)}.</p>
          <table class="plain"><tbody>
          ${storage.value.kinds.map((one) => html`<tr key=${one.name}><th scope="row">${one.name}</th>
            <td class="num">${one.file_count}</td><td class="num">${size(one.size_bytes)}</td></tr>`)}
          ${storage.value.sessions.map((one) => html`<tr key=${one.name}><th scope="row"><a href=${link(["session", one.name])}>${one.name}</a></th>
            <td class="num">${one.file_count}</td>
            <td class="num">${size(one.size_bytes)}</td></tr>`)}</tbody></table></div>` : html`<p class="padded quiet">
              ${asksStorage ? "reading…" : "Where the disk goes, by kind and session."}</p>`}</section></div>`}
    <section class="card"><header><h2 class="grow">Telemetry</h2>
      <input type="search" aria-label="Find telemetry" placeholder="Find telemetry" value=${find} onInput=${(event) => setFind(event.target.value)} />
      <a href="/metrics">for Prometheus</a></header>
      <div class="scroll" tabindex="0"><table class="plain"><tbody>${rows.map((row) => html`<tr key=${row.name + row.labels}><th scope="row">
        ${row.name}<span class="quiet">${row.labels}</span></th>
        <td class="num">${row.name.endsWith("bytes") ? size(row.value) : short(row.value)}</td>
        <td class="quiet">${row.help}</td></tr>`)}</tbody></table></div></section>
    <p class="quiet"><a href="/docs">The API</a>, also as <a href="/redoc">one document</a> · <a
      href=${new URL("../licenses.txt", import.meta.url).pathname}>Licences of the page's libraries</a></p></div>`;
}
