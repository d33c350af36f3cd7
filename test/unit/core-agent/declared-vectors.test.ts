import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { createSettings } from "../../../packages/configstream/src/core-agent/settings/settings.js";
import { readDefaults } from "../../../src/files/known-keys.js";
import { parseYaml } from "../../../src/files/yaml.js";
import { defaultSourcePriority } from "../../../src/shared/params.js";
import type { ConfigValue } from "../../../src/shared/types.js";

interface Vector {
  readonly type: string;
  readonly from: "file" | "environment" | "set";
  readonly given: string;
  readonly wire: ConfigValue;
  readonly source: string;
}

const fixture = (name: string) => JSON.parse(readFileSync(new URL(`../../fixtures/${name}`, import.meta.url), "utf8"));

/** What the agent's own code makes of a value, and streams. */
const { vectors } = fixture("declared-vectors.json") as { readonly vectors: readonly Vector[] };
const defaultsOfType = fixture("declared-defaults.json") as Readonly<Record<string, ConfigValue>>;

function answer({ type, from, given }: Vector): Pick<Vector, "wire" | "source"> | undefined {
  const defaults = [{ key: "k", type, default: defaultsOfType[type] as ConfigValue }];
  const settings = createSettings({
    defaults,
    env: from === "environment" ? { DD_K: given } : {},
    sourcePriority: defaultSourcePriority,
    log: () => {},
    onChange: () => {},
  });
  if (from === "file") settings.applyFiles(parseYaml("f.yaml", `k: ${given}\n`, readDefaults(defaults).known));
  if (from === "set") settings.apply([{ key: "k", value: JSON.parse(given) as ConfigValue, source: "agent-runtime" }]);
  const setting = settings.store.get("k");
  return setting && { wire: setting.value, source: setting.source };
}

describe("a value for a declared key becomes what a real core agent streams", () => {
  // A map within a list has no form in Go's JSON; the real core agent leaves such a setting out.
  const cases = vectors.filter(({ wire }) => wire !== "cannot be streamed");
  it.each(cases)("$type from $from: $given", (vector) => {
    expect(answer(vector)).toEqual({ wire: vector.wire, source: vector.source });
  });
});
