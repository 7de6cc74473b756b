/** What a session was trained with: the commit and what was changed since, the environment, and the data. */

import { html } from "../../core/preact.js";
import { get, sessionPath, artifactAddress, text } from "../../core/api.js";
import { useReading } from "../../core/reading.js";
import { Fault } from "../../parts/small.js";

/**
 * The kind of a line of a unified diff.
 * @param {string} line
 */
export function kindOf(line) {
  if (/^(diff |index |\+\+\+ |--- |new file|deleted file|rename |similarity )/.test(line)) return "file";
  if (line.startsWith("@@")) return "place";
  if (line.startsWith("+")) return "added";
  return line.startsWith("-") ? "removed" : "";
}

/**
 * What an attempt says of the program and the data that it trained with.
 * @type {("binary"|"engine"|"instruction_set"|"threads"|"data_digest"|"devices")[]}
 */
const TRAINED_BY = ["binary", "engine", "instruction_set", "threads", "data_digest", "devices"];

/** The most lines of a diff that are drawn. */
const MOST_LINES = 5000;

/** @param {Pick<import("../props.js").SessionPart, "session"|"at">} props */
function Diff({ session, at }) {
  const { value, error } = useReading(async (signal) => {
    const answer = await get(sessionPath(session.session_id, "/artifacts"), { prefix: "provenance/", as_of: at ?? undefined }, signal);
    const found = answer.artifacts.find((/** @type {import("../../core/types.js").Artifact} */ one) => one.path.endsWith(".diff"));
    if (!found) return null;
    const target = artifactAddress(session.session_id, found);
    return { target, lines: (await text(target)).split("\n") };
  }, [session.session_id, at]);
  if (error) return html`<${Fault} error=${error} />`;
  if (!value) return html`<p class="padded quiet">No uncommitted changes are recorded.</p>`;
  return html`<div class="diff mono scroll" tabindex="0">${value.lines.slice(0, MOST_LINES).map((line, index) => html`<div key=${index}
    class=${kindOf(line)}>${line || " "}</div>`)}
    <p class="padded"><a href=${value.target} download>Download the changes</a>
      ${value.lines.length > MOST_LINES && `: the first ${MOST_LINES} of ${value.lines.length} lines are shown`}</p></div>`;
}

/** @param {{title: string, rows: [string, any][]}} props */
const Facts = ({ title, rows }) => rows.length === 0 ? null : html`<section class="card"><header><h2>${title}</h2>
  <span class="quiet">${rows.length}</span></header><div class="scroll" tabindex="0"><table class="plain"><tbody>
  ${rows.map(([name, value]) => html`<tr key=${name}><th scope="row">${name}</th>
    <td class="break mono">${value?.redacted_by ? `removed by event ${value.redacted_by}` : String(value)}</td></tr>`)}</tbody></table></div></section>`;

/** @param {import("../props.js").SessionPart} props */
export function Code({ session, at }) {
  const facts = Object.entries(session.provenance ?? {});
  /** @param {[string, any]} fact */
  const isCode = ([name]) => /^(git|code|commit|repository|branch|source)/.test(name);
  /** @param {[string, any]} fact */
  const isPackage = ([name]) => name.startsWith("package.");
  const trained = (session.attempts ?? []).flatMap((one) => TRAINED_BY.filter((name) => one[name] !== undefined)
    .map((name) => /** @type {[string, any]} */ ([`attempt ${one.attempt}: ${name.replaceAll("_", " ")}`, one[name]])));
  return html`<div class="section stack"><div class="columns">
      <${Facts} title="Code" rows=${facts.filter(isCode)} />
      <${Facts} title="Program and data" rows=${trained} />
      <${Facts} title="Environment" rows=${facts.filter((fact) => !isCode(fact) && !isPackage(fact))} />
      <${Facts} title="Packages" rows=${facts.filter(isPackage).map(([name, value]) => [name.slice(8), value])} />
    </div>
    ${facts.length === 0 && trained.length === 0 && html`<p class="quiet">Nothing is recorded of the program and its environment.</p>`}
    <section class="card"><header><h2>Uncommitted changes</h2></header><${Diff} session=${session} at=${at} /></section></div>`;
}
