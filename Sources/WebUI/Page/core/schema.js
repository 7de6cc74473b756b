/** The schema of configurations: which keys there are, what they mean, and what is wrong with a value. */

/**
 * Whether a value is what a schema says, as far as conditions need it: its `enum`, the keys it must have, and those of its properties.
 * @param {any} schema
 * @param {any} value
 * @returns {boolean}
 */
function holds(schema, value) {
  if (schema.enum && !schema.enum.includes(value ?? null)) return false;
  if (schema.required && (value === null || typeof value !== "object" || schema.required.some((/** @type {string} */ name) => value[name] === undefined))) return false;
  if (schema.not && holds(schema.not, value)) return false;
  return Object.entries(schema.properties ?? {}).every(([name, part]) => value?.[name] === undefined || holds(part, value[name]));
}

/**
 * The schemas that hold for a value: the schema itself and the branches of its conditions.
 * @param {any} schema
 * @param {any} value
 * @returns {any[]}
 */
function parts(schema, value) {
  const found = [schema];
  for (const part of [schema, ...(schema.allOf ?? [])]) {
    if (part !== schema && !part.if) found.push(...parts(part, value));
    if (part.if && holds(part.if, value ?? {}) && part.then) found.push(...parts(part.then, value));
    if (part.if && !holds(part.if, value ?? {}) && part.else) found.push(...parts(part.else, value));
  }
  return found;
}

/**
 * The keys below a mapping, with their schemas.
 * @param {any} schema
 * @param {any} value
 * @returns {Map<string, any>}
 */
export function keysOf(schema, value) {
  const keys = new Map();
  for (const part of parts(schema, value)) {
    for (const [name, one] of Object.entries(part.properties ?? {})) {
      const before = keys.get(name);
      keys.set(name, before ? { ...before, ...one, properties: { ...before.properties, ...one.properties }, allOf: [...(before.allOf ?? []), ...(one.allOf ?? [])] } : one);
    }
  }
  return keys;
}

/**
 * The schema of a dotted name; undefined when there is no such key.
 * @param {any} schema
 * @param {any} value
 * @param {string} path
 */
export function schemaAt(schema, value, path) {
  let found = schema;
  let inner = value;
  for (const name of path.split(".").filter((part) => part)) {
    found = keysOf(found, inner).get(name);
    if (!found) return undefined;
    inner = inner?.[name];
  }
  return found;
}

/**
 * The kinds of values that a schema allows, in words.
 * @param {any} schema
 */
export function allowed(schema) {
  if (schema.enum) return schema.enum.filter((/** @type {any} */ one) => one !== null).map((/** @type {any} */ one) => JSON.stringify(one)).join(", ");
  const types = [schema.type ?? []].flat().filter((one) => one !== "null");
  /** @type {Record<string, string>} */
  const words = { object: "a mapping", array: "a list", integer: "an integer", number: "a number", string: "a text", boolean: "true or false" };
  let text = types.map((one) => words[one] ?? one).join(" or ");
  if (schema.minimum !== undefined && schema.maximum !== undefined) text += ` from ${schema.minimum} to ${schema.maximum}`;
  else if (schema.minimum !== undefined) text += ` of at least ${schema.minimum}`;
  if (schema.exclusiveMinimum !== undefined) text += ` above ${schema.exclusiveMinimum}`;
  if (schema.exclusiveMaximum !== undefined) text += ` below ${schema.exclusiveMaximum}`;
  if (types.includes("array") && schema.minItems !== undefined) text += schema.minItems === schema.maxItems ? ` of ${schema.minItems}` : ` of ${schema.minItems} or more`;
  return text;
}

/** @param {any} value */
const typeOf = (value) => (value === null ? "null" : Array.isArray(value) ? "array" : Number.isInteger(value) ? "integer" : typeof value);

/**
 * What is wrong with a configuration, by the dotted names of its keys. The server has the last word.
 * @param {any} schema
 * @param {any} value
 * @returns {{path: string, message: string}[]}
 */
export function check(schema, value, path = "") {
  const types = [schema.type ?? []].flat();
  const type = typeOf(value);
  if (types.length && !types.includes(type) && !(type === "integer" && types.includes("number"))) return [{ path, message: `must be ${allowed(schema)}` }];
  if (schema.enum && !schema.enum.includes(value)) return [{ path, message: `must be one of ${allowed(schema)}` }];
  if (typeof value === "number") {
    if (value < schema.minimum || value > schema.maximum || value <= schema.exclusiveMinimum || value >= schema.exclusiveMaximum) return [{ path, message: `must be ${allowed(schema)}` }];
  }
  if (type !== "object") return [];
  const keys = keysOf(schema, value);
  if (keys.size === 0) return [];
  return Object.entries(value).flatMap(([name, one]) => {
    const inner = path ? path + "." + name : name;
    const part = keys.get(name);
    // Other spellings than the schema's are understood by the server, which also names the right one.
    return part ? check(part, one, inner) : [];
  });
}
