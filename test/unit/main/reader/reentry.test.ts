/** What an application's own function reads, or causes, while its handle or binding is being renewed. */
import { describe, expect, it } from "vitest";
import { createReader } from "../../../../src/main/reader/reader.js";
import { newRegion, TestWriter } from "../../../support/memory/region.js";

function world() {
  const region = newRegion();
  const writer = new TestWriter(region);
  writer.publish({ a: 1 });
  return { writer, reader: createReader(region) };
}

describe("a publish that comes while a parser runs, which reads the same key, is seen by that very read of the", () => {
  it("handle", () => {
    const { writer, reader } = world();
    let then = (): void => {};
    const handle = reader.setting("a").as((value) => {
      then();
      reader.getInt("a");
      return value;
    });
    writer.publish({ a: 2 });
    then = () => {
      then = () => {};
      writer.publish({ a: 3 });
    };
    expect([handle.value, handle.value]).toEqual([3, 3]);
  });

  it("binding, which never goes back to what was there before", () => {
    const { writer, reader } = world();
    let then = (): void => {};
    const binding = reader.derive({ a: reader.setting("a").asInt() }, ({ a }) => {
      then();
      return { a };
    });
    writer.publish({ a: 2 });
    const seen: number[] = [];
    then = () => {
      then = () => {};
      writer.publish({ a: 3 });
      seen.push(binding.value.a);
    };
    seen.push(binding.value.a, binding.value.a);
    expect(seen).toEqual([3, 3, 3]);
  });
});

it("a parser that causes a publish each time it runs ends, and the next read looks again", () => {
  const { writer, reader } = world();
  let runs = 0;
  let isCausing = false;
  const handle = reader.setting("a").as((value) => {
    if (isCausing) writer.publish({ a: ++runs + 10 });
    reader.getInt("a");
    return value;
  });
  writer.publish({ a: 2 });
  isCausing = true;
  void handle.value;
  expect(runs).toBe(8);
  isCausing = false;
  expect(handle.value).toBe(18);
});

it("a refusal by a function that has read its own binding is forgotten when it found a newer value there", () => {
  const { writer, reader } = world();
  let then = (): void => {};
  const binding = reader.derive({ a: reader.setting("a").asInt() }, ({ a }) => {
    then();
    if (a === 2) throw new Error("no 2");
    return { a };
  });
  writer.publish({ a: 2 });
  then = () => {
    then = () => {};
    writer.publish({ a: 3 });
    void binding.value;
  };
  expect([binding.value.a, binding.lastError]).toEqual([3, undefined]);
});
