/** Random histories of a core agent's settings, such that every dialect can express them. */
import fc from "fast-check";
import type { ConfigValue } from "../../../src/shared/types.js";

/** One change of one layer; `undefined` unsets. */
export interface LayerStep {
  readonly key: string;
  readonly source: string;
  readonly value: ConfigValue | undefined;
}

/** Rising priority; `strange-source` is in no list and ranks just above `unknown`. */
export const stepSources = ["schema", "default", "strange-source", "file", "agent-runtime", "cli"] as const;
export const stepKeys = ["log_level", "tags", "s.a", "s.b", "s.t.c", "s.t.d", "s.labels", "o.x", "o.list"] as const;
const mapKeys: readonly string[] = ["tags", "s.labels"];

const scalar = fc.constantFrom<ConfigValue>(0, 1, "1", true, "", "text", -0.5, [], [1, { "a.b": [null] }]);
/** Maps that are data: empty, or with a name that no setting has. */
const map = fc.constantFrom<ConfigValue>(
  {},
  { "app.kubernetes.io/name": "app" },
  { "a.b": 1, c: "x" },
  { "c/d": { e: 1 }, "": null },
  { Capital: 1 },
  JSON.parse('{"__proto__": {"polluted": true}, "x.y": 1}') as ConfigValue,
);

/** Keys of single-layer settings in the dialects where two layers of a top-level setting look the same. */
export function layerStep(
  sourcesOf: (key: string) => readonly string[] = () => stepSources,
  more: readonly ConfigValue[] = [],
): fc.Arbitrary<LayerStep> {
  const values = fc.oneof({ weight: 6, arbitrary: scalar }, ...more.map((value) => fc.constant(value)));
  return fc
    .tuple(fc.constantFrom(...stepKeys), fc.nat(2))
    .chain(([key, unset]) =>
      fc
        .tuple(fc.constantFrom(...sourcesOf(key)), mapKeys.includes(key) ? map : values)
        .map(([source, value]) => ({ key, source, value: unset === 0 ? undefined : value })),
    );
}
