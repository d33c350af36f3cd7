/** Has a schema of any library judge a section. */
import type { Reading } from "../../../memory/reader/entry.js";
import { InvalidOptionError, type ValueIssue } from "../../../shared/errors.js";
import { described } from "../../../shared/options/option-checks.js";
import { describeThrown } from "../../../shared/thrown.js";
import { freezeData } from "./freeze-data.js";
import { Refusal } from "./refusal.js";
import type { SchemaIssue, SchemaResult, StandardSchema } from "./standard-schema.js";
import { withoutValues } from "./without-values.js";

const nothing = Object.freeze({});

/** What the schema makes of a section, or of a setting that is a map. Throws {@link Refusal} and `InvalidOptionError`. */
export function judged<T>(section: string, schema: StandardSchema<T>, reading: Reading): T {
  // A section without keys is an empty one, so that the schema gives its defaults, or says what is missing.
  const value = reading.state.value ?? nothing;
  const result = validated(section, schema, value);
  if (result.issues === undefined) return freezeData(result.value);
  throw new Refusal(result.issues.map((issue) => plainIssue(section, issue, value)));
}

/** Refuses what is no schema. */
export function checkSchema(schema: unknown): void {
  const isObject = (typeof schema === "object" && schema !== null) || typeof schema === "function";
  const standard: unknown = isObject ? (schema as Partial<StandardSchema>)["~standard"] : undefined;
  if (typeof (standard as { validate?: unknown } | undefined)?.validate === "function") return;
  throw new InvalidOptionError(
    `bind expects a Standard Schema, as zod, valibot and arktype make them, but was given ${described(schema)}.`,
  );
}

function validated<T>(section: string, schema: StandardSchema<T>, value: unknown): SchemaResult<T> {
  let result: SchemaResult<T> | Promise<SchemaResult<T>>;
  try {
    result = schema["~standard"].validate(value);
  } catch (thrown) {
    throw new Refusal([{ path: section, message: `The schema threw ${describeThrown(thrown)}.` }]);
  }
  if (!isPromise(result)) return result;
  // Nothing waits for it, so its rejection must not be reported as unhandled.
  result.then(undefined, () => {});
  throw new InvalidOptionError(
    `The schema for "${section}" is asynchronous, but settings are read synchronously: give one without asynchronous checks.`,
  );
}

function isPromise<T>(result: T | Promise<T>): result is Promise<T> {
  return typeof (result as Partial<Promise<T>>).then === "function";
}

function plainIssue(section: string, { message, path = [] }: SchemaIssue, value: unknown): ValueIssue {
  const names = path.map((segment) => (typeof segment === "object" ? segment.key : segment));
  let at = value;
  for (const name of names) at = typeof at === "object" && at !== null ? Reflect.get(at, name) : undefined;
  return Object.freeze({
    path: [section, ...names.map(String)].join("."),
    message: withoutValues(String(message), at),
  });
}
