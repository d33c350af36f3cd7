import { describe, expect, it } from "vitest";
import { judgeSetting } from "../../../packages/configstream/src/core-agent/settings/setting-checks.js";
import { createContents } from "../../../packages/configstream/src/store/contents.js";

function setUp() {
  const said: string[] = [];
  const contents = createContents({
    layers: { "remote-config": "/fleet/prod/", "fleet-policies": "/fleet/prod/groups/web/" },
    judge: judgeSetting,
    warn: (message) => said.push(message),
  });
  const kv = (key: string, value: string) => ({ key: Buffer.from(key), value });
  const whole = (values: Record<string, string>) => {
    const change = contents.whole(Object.entries(values).map(([key, value]) => kv(key, value)));
    change.keep();
    return change.writes.map(({ source, key, value }) => `${source} ${key} ${JSON.stringify(value)}`);
  };
  const events = (values: Record<string, string | undefined>) => {
    const change = contents.events(
      Object.entries(values).map(([key, value]) =>
        value === undefined ? { type: "DELETE", kv: { key: Buffer.from(key) } } : { kv: kv(key, value) },
      ),
    );
    change.keep();
    return change.writes.map(({ source, key, value }) => `${source} ${key} ${JSON.stringify(value)}`);
  };
  return { contents, said, whole, events };
}

describe("the contents of a store", () => {
  it("give each key to the layer of its prefix, and what stands below a further slash to no other", () => {
    const { whole } = setUp();
    expect(
      whole({
        "/fleet/prod/log_level": '"debug"',
        "/fleet/prod/groups/web/log_level": '"trace"',
        "/fleet/prod/groups/db/log_level": '"info"',
        "/fleet/prod/": "1",
        "/fleet/dev/log_level": "1",
      }),
    ).toEqual(['remote-config log_level "debug"', 'fleet-policies log_level "trace"']);
  });

  it("change by real differences only, whether all is read anew or one revision is told", () => {
    const { whole, events } = setUp();
    whole({ "/fleet/prod/a": "1", "/fleet/prod/b": '{"x":[1,2]}', "/fleet/prod/c": "3" });
    expect(whole({ "/fleet/prod/a": "2", "/fleet/prod/b": '{ "x": [1, 2] }' })).toEqual([
      "remote-config c undefined",
      "remote-config a 2",
    ]);
    expect(events({ "/fleet/prod/a": "2", "/fleet/prod/b": undefined, "/fleet/prod/zzz": undefined })).toEqual([
      "remote-config b undefined",
    ]);
  });

  it("keep the last good value where a value is no JSON or cannot be sent, and say so once with the key and without the value", () => {
    const { contents, said, whole, events } = setUp();
    whole({ "/fleet/prod/a": "1" });
    expect(events({ "/fleet/prod/a": "{hunter2" })).toEqual([]);
    expect(events({ "/fleet/prod/a": "{hunter3" })).toEqual([]);
    expect(whole({ "/fleet/prod/a": "{hunter3", "/fleet/prod/deep": "[".repeat(60) + "]".repeat(60) })).toEqual([]);
    expect(said).toHaveLength(2);
    expect(said[0]).toContain('"/fleet/prod/a"');
    expect(said.join()).not.toContain("hunter");
    expect([...contents.bad]).toEqual(["/fleet/prod/a", "/fleet/prod/deep"]);
    expect([...contents.entries()]).toEqual([{ source: "remote-config", key: "a", value: 1 }]);
    expect(events({ "/fleet/prod/a": "5" })).toEqual(["remote-config a 5"]);
    expect([...contents.bad]).toEqual(["/fleet/prod/deep"]);
    events({ "/fleet/prod/a": "no" });
    expect(said).toHaveLength(3);
  });

  it("ignore names in upper case, because two keys would be one setting, and say so once", () => {
    const { said, whole } = setUp();
    expect(whole({ "/fleet/prod/Log_Level": "1", "/fleet/prod/log_level": "2" })).toEqual([
      "remote-config log_level 2",
    ]);
    whole({ "/fleet/prod/Log_Level": "1", "/fleet/prod/log_level": "2" });
    expect(said).toHaveLength(1);
  });

  it("take nothing of a saved state in which a value cannot be sent", () => {
    const { contents } = setUp();
    const deep = JSON.parse("[".repeat(60) + "]".repeat(60));
    const saved = [
      { source: "remote-config", key: "a", value: 1 },
      { source: "remote-config", key: "deep", value: deep },
    ];
    expect(() => contents.saved(saved)).toThrow("nested deeper");
    expect(contents.saved(saved.slice(0, 1)).writes).toHaveLength(1);
  });

  it("are as before when a change was not taken", () => {
    const { contents } = setUp();
    const kvs = [{ key: Buffer.from("/fleet/prod/a"), value: "1" }];
    expect(contents.whole(kvs).writes).toHaveLength(1);
    expect(contents.whole(kvs).writes).toHaveLength(1);
  });
});
