/** Reads keys and types from a file, in any of the forms that describe settings. */
import {
  type ConfigValue,
  lowerCase,
  parseYaml,
  parseYamlValue,
  readFault,
  readTextFile,
} from "configstream-consumer/internal";
import { CommandFailure } from "../exit.js";
import { jsonText } from "../terminal/printable.js";
import {
  listOf,
  mapOf,
  type Schema,
  type TypeText,
  typeOfValue,
  unknownList,
  unknownMap,
  unknownValue,
} from "./type-text.js";

type Node = { readonly [name: string]: unknown };

/**
 * Forms: a list of `{key, type, default}`, by itself or as `settings` of an object (as `--defaults` of the agent); a JSON
 * schema with `properties`; or the settings themselves, as in a `datadog.yaml`. JSON and YAML alike.
 *
 * Rejects with a sentence that names the path, and quotes nothing of the content.
 */
export async function readSchemaFile(path: string): Promise<Schema> {
  let text: string;
  try {
    text = readTextFile(path);
  } catch (thrown) {
    throw new CommandFailure(`The schema file ${path} ${readFault(thrown)}.`, undefined, { cause: thrown });
  }
  let root: unknown;
  try {
    root = parseYamlValue(text);
  } catch (thrown) {
    const { message } = thrown as Error;
    throw new CommandFailure(`The schema file ${path} is neither valid JSON nor YAML at ${message}. Correct it there.`);
  }
  const list = isNode(root) && Array.isArray(root.settings) ? root.settings : root;
  if (Array.isArray(list)) return fromEntries(list as readonly unknown[], path);
  if (isNode(root) && isNode(root.properties)) return fromJsonSchema(root);
  const leaves = parseYaml(path, text, { declaredType: () => undefined, isSection: () => false });
  if (leaves.size === 0) throw new CommandFailure(`The schema file ${path} describes no settings.`);
  return new Map([...leaves].map(([key, value]) => [key, typeOfValue(value)]));
}

function fromEntries(entries: readonly unknown[], path: string): Schema {
  const schema = new Map<string, TypeText>();
  for (const entry of entries) {
    if (!isNode(entry) || typeof entry.key !== "string" || entry.key === "") {
      throw new CommandFailure(
        `An entry of the schema file ${path} has no key; give each one {"key", "type", "default"}.`,
      );
    }
    schema.set(lowerCase(entry.key), typeOfEntry(entry));
  }
  return schema;
}

function typeOfEntry({ type, default: value }: Node): TypeText {
  const known = value === undefined ? unknownValue : typeOfValue(value as ConfigValue);
  const name = typeof type === "string" ? type.toLowerCase() : "";
  if (/^bool/.test(name)) return "boolean";
  if (/^(u?int(eger)?\d*|number|float\d*|double)$/.test(name)) return "number";
  if (name === "duration") return "Duration";
  if (/^(size|bytes)$/.test(name)) return "Bytes";
  if (/^(array|list|slice|\[\])|slice$|\[\]$/.test(name)) return known.startsWith("readonly ") ? known : unknownList;
  if (/^(object|map)/.test(name)) return known.startsWith("{") ? known : unknownMap;
  return name === "string" || name === "text" ? "string" : known;
}

/** Sections are objects with `properties`; everything else is a setting. */
function fromJsonSchema(root: Node): Schema {
  const schema = new Map<string, TypeText>();
  const visit = (properties: Node, prefix: string, depth: number): void => {
    for (const [name, node] of Object.entries(properties)) {
      if (!isNode(node)) continue;
      const key = `${prefix}${lowerCase(name)}`;
      // A schema that contains itself through an alias has no end.
      if (isNode(node.properties) && depth < 48) visit(node.properties, `${key}.`, depth + 1);
      else schema.set(key, typeOfNode(node));
    }
  };
  visit(root.properties as Node, "", 0);
  return schema;
}

function typeOfNode(node: Node): TypeText {
  const { type, format, items, additionalProperties } = node;
  if (Array.isArray(node.enum)) return [...new Set(node.enum.map(literal))].sort().join(" | ");
  if (format === "duration") return "Duration";
  if (format === "bytes") return "Bytes";
  if (Array.isArray(type)) {
    const types = type.filter((name) => name !== "null").map((name) => typeOfNode({ ...node, type: name }));
    return [...new Set(types)].sort().join(" | ") || unknownValue;
  }
  switch (type) {
    case "string":
    case "boolean":
      return type;
    case "integer":
    case "number":
      return "number";
    case "array":
      return isNode(items) ? listOf(scalarOr(typeOfNode(items))) : unknownList;
    case "object":
      return isNode(additionalProperties) ? mapOf(scalarOr(typeOfNode(additionalProperties))) : unknownMap;
    default:
      return node.default === undefined ? unknownValue : typeOfValue(node.default as ConfigValue);
  }
}

/** The getters distinguish no more than this inside lists and maps. */
function scalarOr(inner: TypeText): TypeText {
  return ["string", "number", "boolean", "readonly string[]"].includes(inner) ? inner : unknownValue;
}

function literal(value: unknown): TypeText {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean"
    ? jsonText(value)
    : unknownValue;
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
