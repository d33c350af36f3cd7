/** What the core agent is answered when it asks why a setting has its value. */
import { describe, expect, it } from "vitest";
import type { HeldSetting } from "../../../../src/shared/held-setting.js";
import type { ConfigValue, ResolvedSetting } from "../../../../src/shared/types.js";
import { explain } from "../../../../src/worker/providers/explain.js";
import type { ProviderSources } from "../../../../src/worker/providers/sources.js";
import { newRegion, TestWriter } from "../../../support/memory/region.js";
import { planted } from "../../../support/secret-net/net.js";

function asking(values: { readonly [key: string]: ConfigValue }, held: readonly HeldSetting[] = []) {
  const region = newRegion();
  const { writer } = new TestWriter(region);
  const add = (sequenceId: number, settings: { readonly [key: string]: ResolvedSetting }) =>
    writer.publish({
      sequenceId,
      origin: "test",
      changes: Object.entries(settings).map(([key, setting]) => ({
        key,
        setting,
        oldValue: undefined,
        valueChanged: true,
      })),
    });
  add(3, Object.fromEntries(Object.entries(values).map(([key, value]) => [key, { value, source: "file" }])));
  const sources = { region, held: () => held } as unknown as ProviderSources;
  return { add, ask: (key: string) => explain(sources, key) };
}

const held: HeldSetting = {
  key: "port",
  rule: "must be an integer",
  sinceMs: 1_700_000_000_000,
  source: "cli",
  sequenceId: 4,
};

describe("explain", () => {
  it("says value, source, age in sequence ids, and the layers with the one that wins first, in any case of the key", () => {
    const { add, ask } = asking({ mode: "a" });
    const layers = [
      { source: "default", value: 1 },
      { source: "file", value: 2 },
    ];
    add(5, { "my.port": { value: 2, source: "file", layers } });
    add(9, { other: { value: 1, source: "cli" } });
    expect(ask("My.PORT")).toEqual({
      code: 0,
      stdout: [
        "my.port: 2",
        "Source file; arrived with sequence id 5, the newest state is 9.",
        "Layers that are known, highest priority first:",
        "  file: 2  (wins)",
        "  default: 1",
        "",
      ].join("\n"),
    });
  });

  it("finds a key by the lower case that the core agent uses, also where that of JavaScript is another one", () => {
    const { ask } = asking({ "οδοσ.ips": 1 });
    expect(ask("ΟΔΟΣ.İPS")).toMatchObject({ code: 0, stdout: expect.stringContaining("οδοσ.ips: 1\n") });
  });

  it("finds a key however long its name is", () => {
    const key = `labels.${"k".repeat(5_000)}`;
    expect(asking({ [key]: 1 }).ask(key)).toMatchObject({ code: 0, stdout: expect.stringContaining(`${key}: 1\n`) });
  });

  it("says of a held key what broke which rule, whether readers keep a good value or have none", () => {
    const newer = 'broke the rule "must be an integer"; held since 2023-11-14T22:13:20.000Z, from cli, sequence id 4';
    const kept = asking({ port: 80, porter: 1 }, [held]);
    expect(kept.ask("port").stdout?.split("\n").at(-2)).toBe(`A newer value ${newer}.`);
    expect(kept.ask("porter").stdout).not.toContain("A newer value");
    expect(asking({ porter: 1 }, [held]).ask("PORT")).toEqual({
      code: 1,
      stderr: `"port" has no value that can be read: one ${newer}.\n`,
    });
  });

  it("says how many settings a section has, and names keys that are close to one that is not there", () => {
    const { ask } = asking({ "log.level": "info", "log.file": "x", logs: true });
    expect(ask("log")).toEqual({ code: 1, stderr: '"log" is a section with 2 settings; name one of them.\n' });
    expect(ask("log.levle")).toEqual({
      code: 1,
      stderr: 'There is no setting "log.levle". Did you mean "log.level"?\n',
    });
    expect(ask("nothing.like.it")).toEqual({ code: 1, stderr: 'There is no setting "nothing.like.it".\n' });
  });

  it("masks a credential in the value and in every layer", () => {
    const secret = planted("layer");
    const { add, ask } = asking({});
    const layers = [
      { source: "default", value: `http://u:${secret}@host` },
      { source: "secret", value: secret },
    ];
    add(4, { "my.url": { value: secret, source: "secret", layers } });
    const { stdout } = ask("my.url");
    expect(stdout).not.toContain(secret);
    expect(stdout?.match(/\*{8}/g)).toHaveLength(3);
  });
});
