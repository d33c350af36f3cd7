/** Writes a schema as guards: each key must be readable as the type that it has. Deterministic. Pure. */
import type { GuardRule, GuardType } from "configstream-consumer";
import type { Schema, TypeText } from "./type-text.js";

/** Keys whose type says nothing get no guard. */
export function guardsOf(schema: Schema): { readonly [key: string]: GuardRule } {
  const rules = [...schema].flatMap(([key, type]): [string, GuardRule][] => {
    const guarded = guardType(type);
    return guarded === undefined ? [] : [[key, { type: guarded }]];
  });
  return Object.fromEntries(rules.sort(([a], [b]) => (a < b ? -1 : 1)));
}

export function writeGuards(schema: Schema): string {
  return `${JSON.stringify(guardsOf(schema), undefined, 2)}\n`;
}

function guardType(type: TypeText): GuardType | undefined {
  if (type === "number" || type === "boolean" || type === "string") return type;
  if (type === "Duration") return "duration";
  if (type === "Bytes") return "size";
  if (type === "readonly string[]") return "list";
  return type.startsWith("{") ? "map" : undefined;
}
