import { describe, expect, it } from "vitest";
import { createReader } from "../../../../src/main/reader/reader.js";
import { Unreadable } from "../../../../src/main/reader/unreadable.js";
import { writeHeld } from "../../../../src/memory/held.js";
import { block, type LowerLayers, RETIRED } from "../../../../src/memory/layout.js";
import type { Mirror } from "../../../../src/memory/reader/mirror.js";
import { RegionWriter } from "../../../../src/memory/writer/region-writer.js";
import { presentBlock } from "../../../support/memory/arena-map.js";
import { newRegion, TestWriter, testLimits } from "../../../support/memory/region.js";

function layered(sources: readonly string[], lowerLayers: LowerLayers = "some") {
  const region = newRegion();
  const layers = sources.map((source, value) => ({ source, value }));
  const source = sources.at(-1) ?? "";
  const setting = { value: sources.length - 1, source, layers: sources.length > 1 ? layers : undefined };
  const change = { key: "a.b", setting, oldValue: undefined, valueChanged: true };
  new RegionWriter(region, testLimits, () => 1).publish({
    sequenceId: 1,
    origin: "test",
    changes: [change],
    lowerLayers,
  });
  return createReader(region);
}

describe("the explanation of a setting", () => {
  it.each([
    [["file"], '"a.b" comes from source "file".'],
    [["default", "file"], '"a.b" comes from source "file", above 1 other layer.'],
    [["default", "file", "cli"], '"a.b" comes from source "cli", above 2 other layers.'],
  ])("says where it comes from and how many layers are below it: %j", (sources, reason) => {
    const reader = layered(sources);
    const explanation = reader.explain("A.b");
    expect(explanation).toMatchObject({ key: "a.b", isSet: true, source: sources.at(-1), reason, held: undefined });
    expect(explanation.layers.map(({ source }) => source)).toEqual(sources);
  });

  it("says what is known of the layers below: what the core agent has told of them, and whether that may be old", () => {
    const known = (...sources: string[]) =>
      (["some", "once", "all"] as const).map((level) => layered(sources, level).explain("a.b").lowerLayers);
    expect(known("file")).toEqual(["unknown", "possibly old", "known"]);
    expect(known("default", "file")).toEqual(["possibly old", "possibly old", "known"]);
  });

  it("says what of it is held, from where and why, with what readers get instead, and nothing of other keys", () => {
    const region = newRegion();
    const reader = createReader(region);
    new TestWriter(region).publish({ there: 1, plain: 1 });
    const held = { rule: "is out of range", sinceMs: 1, source: "cli", sequenceId: 7 };
    const all = [
      { key: "there", kind: "number", ...held },
      { key: "absent", ...held },
      { key: "gone", kind: "nothing", ...held },
    ] as const;
    writeHeld(region, all);
    expect(reader.explain("there").held).toEqual(all[0]);
    expect(reader.explain("plain").held).toBeUndefined();
    expect(reader.explain("plain").reason).not.toMatch(/held/);
    expect(reader.explain("there").reason).toBe(
      '"there" comes from source "file". A newer number from source "cli", of sequence id 7, is held, so that the last good ' +
        "value stays: it is out of range.",
    );
    for (const key of ["absent", "gone"]) {
      expect(reader.explain(key).reason).toMatch(
        /no source .*\. What is newer, of sequence id 7, is held, and there is no good one: it is out of range\.$/,
      );
    }
  });

  it("says as what it could not be read, of this thread's own reads", () => {
    const region = newRegion();
    const reader = createReader(region, { unreadable: new Unreadable(region) });
    new TestWriter(region).publish({ a: "text" });
    expect(reader.explain("a").reason).toBe('"a" comes from source "file".');
    reader.getInt("a");
    reader.getBool("a");
    expect(reader.explain("a").reason).toMatch(
      /It was asked for as an integer and a boolean, and the text that "file" holds cannot be converted/,
    );
  });
});

describe("the explanation of a key that is missing", () => {
  it("tells a slip of the keyboard from one that is not there, also while no state of all keys can be read", () => {
    const region = newRegion();
    const reader = createReader(region);
    expect(reader.explain("my.prot").reason).toBe('"my.prot" is missing: no snapshot has arrived yet.');
    new TestWriter(region).publish({ "my.port": 1 });
    const contended = { state: () => undefined } as unknown as Mirror;
    expect(createReader(region, { mirror: contended }).explain("stryker was heer").reason).toMatch(/ holds it\.$/);
    expect(reader.explain("my.prot").reason).toMatch(/no source .* holds it\. Did you mean "my\.port"\?/);
    expect(reader.explain("stryker").reason).toMatch(/no source of the core agent holds it\.$/);
    region.store(presentBlock(region) + block.begun, RETIRED);
    expect(reader.explain("my.prot").reason).toMatch(/is missing/);
  });
});
