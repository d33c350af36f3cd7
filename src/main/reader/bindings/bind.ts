/** Makes the bindings that `bind` and `derive` of a reader return. */
import type { Reading } from "../../../memory/reader/entry.js";
import type { KeyReader } from "../../../memory/reader/key-reader.js";
import { functionOption } from "../../../shared/options/option-checks.js";
import { lowerCase } from "../../../shared/text/lower-case.js";
import { checkKey } from "../check-key.js";
import { type BindingPorts, createBinding } from "./binding.js";
import type { Binding, BindingSpec, BindOptions, Bound } from "./binding-api.js";
import { checkSchema, judged } from "./schema-input.js";
import { specInput } from "./spec-input.js";
import type { StandardSchema } from "./standard-schema.js";

/** Keys by a spec, or a whole section by a schema. */
export function bind(
  ports: BindingPorts,
  keys: KeyReader,
  what: BindingSpec | string,
  by: BindOptions | StandardSchema | undefined,
): Binding<unknown> {
  if (typeof what !== "string") {
    const input = specInput("bind", keys, what, by as BindOptions | undefined);
    return createBinding(ports, { input, finish: (values) => values, isData: true });
  }
  checkKey("bind", what);
  checkSchema(by);
  const section = lowerCase(what);
  return createBinding(ports, {
    input: { of: keys, names: [{ key: section, isWhole: true }], take: ([reading]) => reading as Reading },
    finish: (reading) => judged(section, by as StandardSchema, reading),
    isData: true,
  });
}

/** What a function makes of several keys. */
export function derive<Spec extends BindingSpec, T>(
  ports: BindingPorts,
  keys: KeyReader,
  inputs: Spec,
  fn: (values: Bound<Spec>) => T,
): Binding<T> {
  functionOption("fn", fn ?? null);
  const input = specInput("derive", keys, inputs);
  return createBinding(ports, { input, finish: fn, isData: false });
}
