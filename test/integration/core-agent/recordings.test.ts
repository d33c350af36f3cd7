/** What a real core agent was given, given to the embedded core agent and to the local reader. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { createSettings } from "../../../packages/configstream/src/core-agent/settings/settings.js";
import type { Environment } from "../../../src/files/env.js";
import { type DefaultSetting, readDefaults } from "../../../src/files/known-keys.js";
import { parseYaml } from "../../../src/files/yaml.js";
import { createLocalSettings } from "../../../src/local/local-settings.js";
import { defaultSourcePriority } from "../../../src/shared/params.js";
import type { ConfigValue } from "../../../src/shared/types.js";
import { equalValues } from "../../../src/shared/values/equality.js";

interface Sent {
  readonly source?: string;
  readonly value?: ConfigValue;
}

interface Change {
  readonly op?: "set" | "unset";
  readonly key: string;
  readonly value?: ConfigValue;
  readonly source?: string;
}

interface Case {
  readonly case: string;
  readonly inputs: {
    readonly env?: Environment;
    readonly yaml?: string;
    readonly fleet_policy?: string;
    readonly cli?: readonly Change[];
    readonly updates?: readonly Change[];
  };
  readonly settings: readonly {
    readonly key: string;
    readonly snapshot: Sent | null;
    readonly events?: readonly (Sent & { readonly update: number; readonly seq: number })[];
  }[];
}

const fixture = (path: string) => readFileSync(new URL(path, import.meta.url), "utf8");
const cases = fixture("../../fixtures/recordings/recordings.jsonl")
  .trim()
  .split("\n")
  .map((line) => JSON.parse(line) as Case);
const { settings: defaults } = JSON.parse(fixture("../../../packages/configstream/data/agent-settings.json")) as {
  readonly settings: readonly DefaultSetting[];
};
const declared = new Set(defaults.map(({ key }) => key));

/** The differences that are intended; docs/fidelity.md explains them one by one, under the same names. */
const argued: Readonly<Record<string, readonly string[]>> = {
  "derived settings": [
    "case-004 api_key",
    "case-053 dd_url",
    "case-053 skip_ssl_validation",
    "case-059 data_plane.dogstatsd.enabled",
    "case-072 proxy.https",
    "case-072 proxy.no_proxy",
    "case-076 proxy.no_proxy",
  ],
  "variables with a reading of their own": [
    "case-019 apm_config.peer_tags",
    "case-019 apm_config.replace_tags",
    "case-019 dogstatsd_mapper_profiles",
    "case-051 apm_config.analyzed_spans",
  ],
  "JSON in variables": [
    "case-043 metric_tag_filterlist",
    "case-051 apm_config.additional_endpoints",
    "case-051 apm_config.additional_profile_tags",
    "case-051 apm_config.analyzed_rate_by_service",
  ],
  "fleet policies after an unset": ["case-037 dogstatsd_port", "case-083 dogstatsd_port"],
  "empty lists of two Go types": ["case-023 apm_config.replace_tags"],
  "keys that nobody declared": ["case-090 not_a_real_key_xyz"],
};
const isArgued = new Set(Object.values(argued).flat());

/** All that differ, argued or not. */
const differing = new Set<string>();

const leavesOf = (text: string) => parseYaml("datadog.yaml", text, readDefaults(defaults).known);

type Winner = (key: string) => Sent | undefined;

/** Differences of one case, in a line each. Keys that the list of settings lacks are the newer agent's. */
function differences({ case: name, settings }: Case, when: "snapshot" | "final", winner: Winner): string[] {
  return settings.flatMap(({ key, snapshot, events = [] }) => {
    if (!declared.has(key) && snapshot?.source === "default") return [];
    const expected = when === "final" ? (events.at(-1) ?? snapshot) : snapshot;
    const ours = winner(key);
    const isSame =
      expected === null
        ? ours === undefined
        : ours?.source === expected.source && equalValues(ours?.value ?? null, expected.value ?? null);
    const id = `${name} ${key}`;
    if (!isSame) differing.add(id);
    return isSame || isArgued.has(id)
      ? []
      : [`${id} ${when}: ${JSON.stringify(ours)}, not ${JSON.stringify(expected)}`];
  });
}

describe("what a real core agent was given", () => {
  it("streams from the embedded core agent as it did from the real one, but for the differences that are argued", () => {
    const found = cases.flatMap((given) => {
      const { env = {}, yaml, fleet_policy: fleet, cli = [], updates = [] } = given.inputs;
      const settings = createSettings({
        defaults,
        env,
        sourcePriority: defaultSourcePriority,
        log: () => {},
        onChange: () => {},
      });
      if (yaml !== undefined) settings.applyFiles(leavesOf(yaml));
      const policies = fleet === undefined ? [] : [...leavesOf(fleet)];
      settings.apply(policies.map(([key, value]) => ({ key, value, source: "fleet-policies" })));
      settings.apply(cli.map(({ key, value }) => ({ key, value, source: "cli" })));
      const atStart = differences(given, "snapshot", (key) => settings.store.get(key));
      // What a stream reports: a new winner with an equal value is not reported.
      const told = new Map<string, Sent | undefined>();
      const winner: Winner = (key) => (told.has(key) ? told.get(key) : settings.store.get(key));
      for (const { key } of given.settings) told.set(key, settings.store.get(key));
      for (const { op, key, value, source = "" } of updates) {
        settings.apply([{ key, value: op === "unset" ? undefined : value, source }]);
        const now = settings.store.get(key);
        if (!equalValues(now?.value ?? null, told.get(key)?.value ?? null)) told.set(key, now);
      }
      return [...atStart, ...differences(given, "final", winner)];
    });
    expect(found).toEqual([]);
  });

  it("reads from files and environment by the local reader as from the real agent, but for the same differences", () => {
    const found = cases.flatMap((given) => {
      const { env = {}, yaml, fleet_policy: fleet, cli = [] } = given.inputs;
      if (fleet !== undefined || cli.length > 0) return [];
      const settings = createLocalSettings(defaults, env);
      if (yaml !== undefined) settings.applyFiles(leavesOf(yaml));
      return differences(given, "snapshot", (key) => settings.get(key));
    });
    expect(found).toEqual([]);
  });

  it("differs in everything that is argued, so that no argument outlives its difference", () => {
    expect([...differing].sort()).toEqual([...isArgued].sort());
  });
});
