import { expect, it } from "vitest";
import { stateOf } from "../../../packages/configstream/src/conformance/subject/states.js";
import { Watch } from "../../../packages/configstream/src/conformance/subject/watch.js";

/** What is wrong with a line, of a consumer that should have one setting. */
function wrongIn(line: string): string | undefined {
  const watch = new Watch();
  watch.allow([stateOf({ a: 1 }, { a: "file" })]);
  watch.take(line);
  return watch.deviation?.message;
}

it("a line with the settings that were sent is right", () => {
  expect(wrongIn('{"settings":{"conformance.a":1},"sources":{"conformance.a":"file"}}')).toBeUndefined();
});

it("values in each other that are too deep to be compared are wrong, and no failure of the judge", () => {
  const deep = 100_000;
  const line = `{"settings":{"conformance.a":${"[".repeat(deep)}${"]".repeat(deep)}}}`;
  expect(wrongIn(line)).toMatch(/^Expected: settings as they were sent\. Seen: lists or maps in each other, too deep/);
});

it.each([
  '{"settings":{"conformance.a":1},"sources":{"conformance.a":5}}',
  '{"settings":{"conformance.a":1},"sources":{"conformance.a":null}}',
  '{"settings":{"conformance.a":1},"sources":["file"]}',
])("sources that are no texts by key are wrong, and no failure of the judge: %s", (line) => {
  expect(wrongIn(line)).toMatch(/^Expected: an object of texts as "sources"\. Seen: \{"settings"/);
});
