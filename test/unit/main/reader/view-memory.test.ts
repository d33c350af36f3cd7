import { describe, expect, it } from "vitest";
import { spareNames } from "../../../../src/main/reader/view-memory.js";
import { InvalidOptionError } from "../../../../src/shared/errors.js";
import { createMockConsumer } from "../../../../src/testing/index.js";

const settings = {
  port: 8126,
  text: "12",
  on: "true",
  wait: "2s",
  size: "2kb",
  list: ["1", "2"],
  map: { a: "b" },
  lists: { a: ["b"] },
  none: null,
  "a.b": 1,
};

type View = ReturnType<ReturnType<ReturnType<typeof createMockConsumer>["reader"]>["view"]>;

const getters: { readonly [name: string]: (view: View, key: string) => unknown } = {
  get: (view, key) => view.get(key),
  getString: (view, key) => view.getString(key, "default"),
  getBool: (view, key) => view.getBool(key, true),
  getInt: (view, key) => view.getInt(key, -1),
  getInt32: (view, key) => view.getInt32(key, -1),
  getInt64: (view, key) => view.getInt64(key, -1),
  getFloat64: (view, key) => view.getFloat64(key, -1),
  getDuration: (view, key) => view.getDuration(key, -1),
  getStringSlice: (view, key) => view.getStringSlice(key, ["default"]),
  getFloat64Slice: (view, key) => view.getFloat64Slice(key, [-1]),
  getStringMap: (view, key) => view.getStringMap(key, { a: -1 }),
  getStringMapString: (view, key) => view.getStringMapString(key, { a: "default" }),
  getStringMapStringSlice: (view, key) => view.getStringMapStringSlice(key, { a: ["default"] }),
  getSizeInBytes: (view, key) => view.getSizeInBytes(key, -1),
  isSet: (view, key) => view.isSet(key),
  isConfigured: (view, key) => view.isConfigured(key),
  getSource: (view, key) => view.getSource(key),
};

describe("a view that is read often", () => {
  it.each(Object.entries(getters))(
    "gives by %s what it gave at first, whatever has been published since",
    async (_, get) => {
      await using mock = createMockConsumer(settings);
      const view = mock.reader().view();
      const keys = [...Object.keys(settings), "PORT", "a", "A", "missing"];
      const first = keys.map((key) => get(mock.reader().view(), key));
      mock.snapshot({ port: 1, text: "other", "a.c": 2 });
      for (let round = 0; round < 10; round++) expect(keys.map((key) => get(view, key))).toEqual(first);
      expect(mock.reader().view().getInt("port")).toBe(1);
    },
  );

  it("gives the default of the call, not of an earlier one", async () => {
    await using mock = createMockConsumer(settings);
    const view = mock.reader().view();
    for (let round = 0; round < 100; round++) {
      expect([view.getInt("missing", round), view.getString("missing", `${round}`)]).toEqual([round, `${round}`]);
      expect(view.getStringMap("missing", { round })).toEqual({ round });
      expect(view.get("missing", round)).toBe(round);
    }
  });

  it("refuses what is no key, and goes on with more names than it remembers", async () => {
    await using mock = createMockConsumer(settings);
    const view = mock.reader().view();
    for (let at = 0; at < spareNames * 2; at++) expect(view.getInt(`made.up${at}`, at)).toBe(at);
    for (let at = 0; at < 100; at++) expect(view.getInt("port")).toBe(8126);
    expect(() => view.getInt(1 as unknown as string)).toThrow(InvalidOptionError);
  });
});
