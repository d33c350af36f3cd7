/** Setting values: private frozen copies. Pure. */
import { InvalidOptionError } from "../errors.js";
import type { ConfigValue } from "../types.js";

/** Deepest nesting of lists and maps in a value; consumers refuse deeper ones. A cyclic object runs into it too. */
const maxDepth = 48;

/**
 * A deeply frozen copy of a value, so that later changes by the caller cannot reach what was sent.
 *
 * @throws InvalidOptionError for anything that JSON-like values cannot hold, and for nesting deeper than 48 levels.
 */
export function copyValue(key: string, value: unknown, depth = 0): ConfigValue {
  switch (typeof value) {
    case "string":
    case "number":
    case "boolean":
      return value;
    case "object":
      break;
    default:
      throw new InvalidOptionError(
        `The value of setting "${key}" holds a ${typeof value}; give null, a boolean, a number, text, an array or a plain object.`,
      );
  }
  if (value === null) return null;
  if (depth >= maxDepth) {
    throw new InvalidOptionError(
      `The value of setting "${key}" is nested deeper than ${maxDepth} levels or contains itself; make it flatter.`,
    );
  }
  if (Array.isArray(value)) return Object.freeze(value.map((item: unknown) => copyValue(key, item, depth + 1)));
  return copyObject(key, value, depth);
}

function copyObject(key: string, value: object, depth: number): ConfigValue {
  // Test runners have an `Object` of their own for each file, so a plain object is known by the length of its chain.
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null) {
    throw new InvalidOptionError(
      `The value of setting "${key}" holds an object of class ${value.constructor?.name ?? "unknown"}; give a plain object.`,
    );
  }
  const copy: { [name: string]: ConfigValue } = {};
  for (const [name, item] of Object.entries(value)) {
    if (item !== undefined) defineEntry(copy, name, copyValue(key, item, depth + 1));
  }
  return Object.freeze(copy);
}

/** Adds an own property; plain assignment of a key named `__proto__` would replace the prototype instead. */
export function defineEntry(target: { [name: string]: ConfigValue }, name: string, value: ConfigValue): void {
  if (name === "__proto__") {
    Object.defineProperty(target, name, { value, enumerable: true, configurable: true, writable: true });
  } else {
    target[name] = value;
  }
}
