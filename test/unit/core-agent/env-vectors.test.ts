/** Environment variables for the settings of a real core agent, read as its own code reads them. */
import { describe, expect, it } from "vitest";
import { createSettings } from "../../../packages/configstream/src/core-agent/settings/settings.js";
import { createLocalSettings } from "../../../src/local/local-settings.js";
import { defaultSourcePriority } from "../../../src/shared/params.js";
import { deviationOf, type EnvVector, entryOf, readings, vectors } from "../../support/agents/env-vectors.js";

function byTheCoreAgent({ key, variables }: EnvVector) {
  const given = { defaults: [entryOf(key)], env: variables, sourcePriority: defaultSourcePriority };
  const setting = createSettings({ ...given, log: () => {}, onChange: () => {} }).store.get(key);
  return { wire: setting?.value, source: setting?.source };
}

function byTheLocalReader({ key, variables }: EnvVector) {
  const setting = createLocalSettings([entryOf(key)], variables).get(key);
  return { wire: setting?.value, source: setting?.source };
}

const isSame = (vector: EnvVector): boolean => {
  const { wire, source } = byTheCoreAgent(vector);
  return JSON.stringify([wire, source]) === JSON.stringify([vector.wire, vector.source]);
};

describe("an environment variable is read as by the real core agent", () => {
  const plain = vectors.filter((vector) => deviationOf(vector) === undefined);
  const kinds = new Map<string, EnvVector[]>();
  for (const vector of plain) kinds.set(vector.key, [...(kinds.get(vector.key) ?? []), vector]);

  it.each([...kinds])("of %s", (_key, cases) => {
    for (const vector of cases) {
      const { wire, source } = vector;
      expect([vector.variables, byTheCoreAgent(vector)]).toEqual([vector.variables, { wire, source }]);
      expect([vector.variables, byTheLocalReader(vector)]).toEqual([vector.variables, { wire, source }]);
    }
  });

  it("of each type, with several names, and empty", () => {
    expect(new Set(plain.map(({ key }) => entryOf(key).type))).toEqual(
      new Set(["boolean", "integer", "number", "duration", "string", "array", "object"]),
    );
    expect(plain.filter(({ variables }) => Object.keys(variables).length > 1).length).toBeGreaterThan(50);
    expect(plain.filter(({ variables }) => Object.values(variables).includes("")).length).toBeGreaterThan(50);
  });
});

describe("a deviation", () => {
  it.each(readings)("is needed: %s", (reading) => {
    expect(vectors.filter((vector) => deviationOf(vector) === reading).some((vector) => !isSame(vector))).toBe(true);
  });

  it("is the same for the core agent and the local reader", () => {
    for (const vector of vectors.filter((each) => deviationOf(each) !== undefined)) {
      expect(byTheLocalReader(vector)).toEqual(byTheCoreAgent(vector));
    }
  });
});
