/** The part `schema` of a rule: JSON Schema, by ajv. */
import { type Ajv, loadAjv } from "#guard-engines";
import type { ConfigValue } from "../types.js";
import { tester } from "./pattern.js";
import { areUnique } from "./unique.js";

let ajv: Ajv | undefined;

/** Throws what ajv throws for a schema that is wrong. */
export function schemaCheck(schema: object): (value: ConfigValue) => string | undefined {
  // One that gives a promise would never refuse anything.
  if ("$async" in schema) throw new Error("it must not be asynchronous ($async)");
  ajv ??= validator();
  const check = ajv.compile(schema);
  // One that refers to itself without an end shows it here.
  check(null);
  return (value) => {
    try {
      if (check(value) === true) return undefined;
      const [{ schemaPath, message } = { schemaPath: "#", message: "must be valid" }] = check.errors ?? [];
      // Where in the schema, not where in the value: names inside a value are part of it.
      return `${message ?? "must be valid"} (JSON Schema, ${schemaPath})`;
    } catch {
      // Nested deeper than a schema that refers to itself can follow.
      return "must be valid (JSON Schema, too deep to be judged)";
    }
  };
}

function validator(): Ajv {
  const made = new (loadAjv())({
    strict: true,
    strictTypes: false,
    strictRequired: false,
    strictTuples: false,
    allErrors: false,
    addUsedSchema: false,
    logger: false,
    code: { regExp: linear },
  });
  // ajv's own one compares each element with each other one.
  made.removeKeyword("uniqueItems");
  made.addKeyword({
    keyword: "uniqueItems",
    type: "array",
    schemaType: "boolean",
    validate: (wanted: boolean, list: readonly ConfigValue[]) => !wanted || areUnique(list),
    error: { message: "must NOT have duplicate items" },
  });
  return made;
}

/** In place of `RegExp`, which may take exponential time. */
const linear = Object.assign((pattern: string) => ({ test: tester(pattern) }), { code: "linear" });
