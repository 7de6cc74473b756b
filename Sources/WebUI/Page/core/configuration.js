/**
 * Configurations as text: the part of YAML that configurations use.
 *
 * Mappings by indentation, dotted keys, lists of one line (`[1, 2]`) or with a dash a line, numbers, true, false, null, and texts with or
 * without quotes. Anything else is a fault at its line, and never taken for something it is not.
 */

/** @typedef {{line: number, message: string}} Problem */

/**
 * A mapping's values by their dotted names.
 * @param {any} value
 * @returns {[string, any][]}
 */
export function flatten(value, prefix = "") {
  /** @type {[string, any][]} */
  const rows = [];
  for (const [name, one] of Object.entries(value)) {
    const path = prefix ? prefix + "." + name : name;
    if (one !== null && typeof one === "object" && !Array.isArray(one) && Object.keys(one).length > 0) rows.push(...flatten(one, path)); else rows.push([path, one]);
  }
  return rows;
}

/**
 * @param {any} value
 * @returns {string}
 */
function scalarText(value) {
  if (typeof value !== "string") return JSON.stringify(value);
  return /^[A-Za-z_/][\w ./@+-]*$/.test(value) && !/^(true|false|null|yes|no|on|off)$/i.test(value) && !/\s$/.test(value) ? value : JSON.stringify(value);
}

/**
 * A configuration as text.
 * @param {any} value
 * @param {string} [indent]
 * @returns {string}
 */
export function write(value, indent = "") {
  let text = "";
  for (const [name, one] of Object.entries(value)) {
    const key = /^[\w.-]+$/.test(name) ? name : JSON.stringify(name);
    if (one !== null && typeof one === "object" && !Array.isArray(one) && Object.keys(one).length > 0) text += `${indent}${key}:\n${write(one, indent + "  ")}`;
    else text += `${indent}${key}: ${Array.isArray(one) ? "[" + one.map((item) => (typeof item === "object" ? JSON.stringify(item) : scalarText(item))).join(", ") + "]" : scalarText(one)}\n`;
  }
  return text;
}

class Fault extends Error {}

/**
 * @param {string} text
 * @returns {any}
 */
function scalar(text) {
  if (/^[[{]/.test(text)) return flow(text);
  if (/^"/.test(text)) { try { return JSON.parse(text); } catch { throw new Fault(`the text ${text} does not end with a quote, or has a wrong escape`); } }
  if (/^'/.test(text)) { if (!/^'.*'$/.test(text) || text.length < 2) throw new Fault(`the text ${text} does not end with a quote`); return text.slice(1, -1).replaceAll("''", "'"); }
  if (/^[-+]?(\d[\d_]*)$/.test(text)) return Number(text.replaceAll("_", ""));
  if (/^[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?$/.test(text)) return Number(text);
  if (text === "true") return true;
  if (text === "false") return false;
  if (text === "null" || text === "~" || text === "") return null;
  if (/^[&*!|>%@`]/.test(text)) throw new Fault(`${text.charAt(0)} begins something that this editor does not read; write the value in quotes`);
  return text;
}

/**
 * A list or mapping of one line.
 * @param {string} text
 * @returns {any}
 */
function flow(text) {
  let at = 0;
  const skip = () => { while (text[at] === " ") at += 1; };
  /** @returns {any} */
  const value = () => {
    skip();
    if (text[at] === "[") {
      at += 1;
      const list = [];
      for (skip(); text[at] !== "]"; skip()) { list.push(value()); skip(); if (text[at] === ",") at += 1; else if (text[at] !== "]") throw new Fault("the list does not end with ]"); }
      at += 1;
      return list;
    }
    if (text[at] === "{") {
      at += 1;
      /** @type {Record<string, any>} */
      const mapping = {};
      for (skip(); text[at] !== "}"; skip()) {
        const key = String(value());
        skip();
        if (text[at] !== ":") throw new Fault(`after ${key} a colon is missing`);
        at += 1;
        mapping[key] = value();
        skip();
        if (text[at] === ",") at += 1; else if (text[at] !== "}") throw new Fault("the mapping does not end with }");
      }
      at += 1;
      return mapping;
    }
    const found = /^("(?:[^"\\]|\\.)*"|'[^']*'|[^,\]}:]+)/.exec(text.slice(at));
    if (!found) throw new Fault("a value is missing");
    at += found[0].length;
    return scalar(found[0].trim());
  };
  const result = value();
  skip();
  if (at < text.length) throw new Fault(`${text.slice(at)} stands after the end`);
  return result;
}

/** @param {string} text */
const withoutComment = (text) => { const found = /^((?:"(?:[^"\\]|\\.)*"|'[^']*'|[^"'#]|(?<! )#)*?)(?: +#.*)?$/.exec(text); return (found ? found[1] : text).trimEnd(); };

/**
 * A configuration from its text.
 * @param {string} text
 * @returns {{value: any, places: Map<string, number>, problems: Problem[]}} `places` has the line of each dotted name, from 1
 */
export function parse(text) {
  const value = {};
  const places = new Map();
  /** @type {Problem[]} */
  const problems = [];
  /** @type {{indent: number, target: any, path: string, key: string|null, parent?: any, list?: any, childIndent?: number}[]} the mappings that are open */
  const open = [{ indent: -1, target: value, path: "", key: null }];
  text.split("\n").forEach((whole, index) => {
    const line = index + 1;
    const content = withoutComment(/^\s*#/.test(whole) ? "" : whole);
    if (!content.trim() || content.trim() === "---") return;
    try {
      if (/^ *\t/.test(content)) throw new Fault("a tab stands in the indentation; use spaces");
      const indent = content.length - content.trimStart().length;
      const body = content.trim();
      if (body === "-" || body.startsWith("- ")) {
        while (open.length > 1 && open[open.length - 1].indent > indent) open.pop();
        const owner = open[open.length - 1];
        const list = owner.list ?? (owner.key !== null ? owner : null);
        if (!list || owner.key === null) throw new Fault("a list item needs a key above it");
        if (!Array.isArray(owner.parent[owner.key])) { if (Object.keys(owner.target).length) throw new Fault("a list item stands among keys"); owner.parent[owner.key] = []; }
        owner.parent[owner.key].push(scalar(body.slice(1).trim()));
        return;
      }
      const found = /^("(?:[^"\\]|\\.)*"|'[^']*'|[^\s:'"[\]{},#][^:]*?)\s*:(?:\s+(.*))?$/.exec(body);
      if (!found) throw new Fault("this is not a key with a value, such as epochs: 5");
      while (open.length > 1 && open[open.length - 1].indent >= indent) open.pop();
      const owner = open[open.length - 1];
      if (owner.childIndent !== undefined && owner.childIndent !== indent) throw new Fault("it is indented differently from the keys beside it");
      owner.childIndent = indent;
      const parts = /^["']/.test(found[1]) ? [String(scalar(found[1]))] : found[1].split(".");
      let { target } = owner;
      let path = owner.path;
      for (const part of parts.slice(0, -1)) {
        path = path ? path + "." + part : part;
        if (target[part] === undefined) { target[part] = {}; places.set(path, line); }
        target = target[part];
        if (target === null || typeof target !== "object") throw new Fault(`${path} has a value already`);
      }
      const key = parts[parts.length - 1];
      path = path ? path + "." + key : key;
      if (Object.hasOwn(target, key)) throw new Fault(`${path} stands twice`);
      places.set(path, line);
      if (found[2] === undefined) {
        const inner = {};
        target[key] = inner;
        open.push({ indent, target: inner, path, key, parent: target });
      } else target[key] = scalar(found[2].trim());
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      problems.push({ line, message: error.message });
    }
  });
  return { value, places, problems };
}
