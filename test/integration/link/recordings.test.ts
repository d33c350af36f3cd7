/** What a real core agent streamed, played to the engine, and read by everything that reads. */
import { readFileSync } from "node:fs";
import { afterEach, describe, expect, it } from "vitest";
import { attachReader } from "../../../src/main/consumer/attach.js";
import { sharedConfig } from "../../../src/main/consumer/shared-config.js";
import type { Reader, SettingGetters } from "../../../src/main/reader/api.js";
import { createReader } from "../../../src/main/reader/reader.js";
import { RegionWriter } from "../../../src/memory/writer/region-writer.js";
import type { Dialect } from "../../../src/shared/params.js";
import type { ConfigValue, WireSetting } from "../../../src/shared/types.js";
import { equalValues } from "../../../src/shared/values/equality.js";
import { EngineBench, testParams } from "../../support/engine/engine-bench.js";
import { newRegion } from "../../support/memory/region.js";

interface Sent {
  readonly source?: string;
  readonly value?: ConfigValue;
  readonly unsetSource?: string;
}

interface Read {
  readonly goType: string;
  readonly source?: string;
  readonly getters: { readonly [getter: string]: ConfigValue };
}

interface Recorded {
  readonly key: string;
  readonly snapshot: Sent | null;
  readonly events?: readonly (Sent & { readonly update: number; readonly seq: number })[];
  readonly reads: { readonly snapshot?: Read; readonly final?: Read };
}

interface Case {
  readonly case: string;
  readonly settings: readonly Recorded[];
}

const cases = readFileSync(new URL("../../fixtures/recordings/recordings.jsonl", import.meta.url), "utf8")
  .trim()
  .split("\n")
  .map((line) => JSON.parse(line) as Case);

/** Differences that the recordings' README names as intended; `when` and the keys of the case as far as it names them. */
const known: readonly {
  readonly case: string;
  readonly key?: string;
  readonly when?: "final";
  readonly getter?: string;
}[] = [
  { case: "case-016", key: "cri_connection_timeout" },
  { case: "case-019" },
  { case: "case-023", key: "apm_config.features", when: "final" },
  { case: "case-025", when: "final" },
  { case: "case-099" },
];

/** A duration's milliseconds, as nanoseconds; everything else as it is. */
const readBy: { readonly [getter: string]: (reader: SettingGetters, key: string) => unknown } = {
  Get: (reader, key) => reader.get(key) ?? null,
  GetBool: (reader, key) => reader.getBool(key),
  GetString: (reader, key) => reader.getString(key),
  GetInt: (reader, key) => reader.getInt(key),
  GetInt64: (reader, key) => reader.getInt64(key),
  GetFloat64: (reader, key) => reader.getFloat64(key),
  GetDuration: (reader, key) => reader.getDuration(key) * 1e6,
  GetStringSlice: (reader, key) => reader.getStringSlice(key),
  GetStringMap: (reader, key) => reader.getStringMap(key),
  GetStringMapString: (reader, key) => reader.getStringMapString(key),
  GetStringMapStringSlice: (reader, key) => reader.getStringMapStringSlice(key),
  GetSizeInBytes: (reader, key) => reader.getSizeInBytes(key),
};

const isEmpty = (value: unknown) => typeof value === "object" && value !== null && Object.keys(value).length === 0;

/** Go's nil lists and maps are empty ones here. */
const same = (ours: unknown, theirs: ConfigValue, getter: string) =>
  (theirs === null && getter !== "Get" && isEmpty(ours)) || equalValues(ours as ConfigValue, theirs);

function wireOf(key: string, { source = "", value = null, unsetSource = "" }: Sent): WireSetting {
  return { key, source, value, unsetSource };
}

/** So that leaves are known when they are seen. */
const beside: readonly WireSetting[] = ["a.b", "a.c", "x.y.z"].map((key) =>
  wireOf(key, { source: "default", value: 1 }),
);

let bench: EngineBench | undefined;
afterEach(() => bench?.engine.stop());

function differences(played: Case, reader: Reader, when: "snapshot" | "final"): string[] {
  const found: string[] = [];
  for (const { key, snapshot, events = [], reads } of played.settings) {
    const expected = reads[when];
    if (expected === undefined) continue;
    const view = reader.view();
    const handle = reader.setting(key).as((given) => given);
    const note = (getter: string, ours: unknown, theirs: unknown) => {
      const excused = known.some(
        (one) =>
          one.case === played.case &&
          (one.key ?? key) === key &&
          (one.when ?? when) === when &&
          (one.getter ?? getter) === getter,
      );
      if (!excused)
        found.push(`${played.case} ${when} ${key} ${getter}: ${JSON.stringify(ours)}, not ${JSON.stringify(theirs)}`);
    };
    for (const [getter, theirs] of Object.entries(expected.getters)) {
      const read = readBy[getter];
      if (read === undefined) throw new Error(`The recordings have a getter ${getter}, which this test does not know.`);
      for (const from of [reader, view]) {
        const ours = read(from, key);
        if (!same(ours, theirs, getter)) note(getter, ours, theirs);
      }
    }
    // The last state of the stream, not of the agent's own getters, which give no source in most cases.
    const last = when === "final" ? (events.at(-1) ?? snapshot) : snapshot;
    const source = last === null ? "" : (last.source ?? "");
    if (reader.getSource(key) !== source) note("source", reader.getSource(key), source);
    const value = last?.value ?? null;
    if (last !== null && source !== "" && !equalValues(reader.get(key) ?? null, value))
      note("value", reader.get(key), value);
    if (last !== null && source !== "" && !equalValues(handle.value ?? null, value))
      note("handle", handle.value, value);
  }
  return found;
}

describe("the recordings of a real core agent", () => {
  it("are all there", () => {
    expect(cases).toHaveLength(57);
    expect(cases.flatMap(({ settings }) => settings)).toHaveLength(124);
  });

  it.each<Dialect | "auto">(["auto", "leaf", "newest"])(
    "read as the agent read them, but for the differences that their README names (%s)",
    async (dialect) => {
      const found: string[] = [];
      for (const played of cases) {
        const own = new EngineBench({ dialect });
        bench = own;
        const region = newRegion();
        const writer = new RegionWriter(region, testParams.limits, () => 1);
        own.onPublish = (publication) => writer.publish(publication);
        await own.start();
        const { handlers } = own.transport.stream;
        const settings = played.settings.flatMap(({ key, snapshot }) =>
          snapshot === null ? [] : [wireOf(key, snapshot)],
        );
        handlers.onEvent({ kind: "snapshot", origin: "agent", sequenceId: 1, settings: [...settings, ...beside] });
        await own.clock.settle();
        const reader = createReader(region);
        const attached = attachReader(
          sharedConfig({
            memory: region.memory,
            clientName: "recordings",
            coreAgentAddress: "localhost:5001",
            readyTimeoutMs: 1,
          }),
        );
        found.push(...differences(played, reader, "snapshot"), ...differences(played, attached, "snapshot"));
        const events = played.settings.flatMap(({ key, events: sent = [] }) =>
          sent.map((event) => ({ key, ...event })),
        );
        events.sort((a, b) => a.update - b.update || a.seq - b.seq);
        for (const [index, event] of events.entries()) {
          const setting = wireOf(event.key, event);
          handlers.onEvent({ kind: "update", origin: "agent", sequenceId: index + 2, setting });
        }
        await own.clock.advance(6_000);
        found.push(...differences(played, reader, "final"), ...differences(played, attached, "final"));
        expect([played.case, own.count("ambiguousUpdates"), own.count("reconnects")]).toEqual([played.case, 0, 0]);
        await own.engine.stop();
      }
      expect(found).toEqual([]);
    },
  );
});
