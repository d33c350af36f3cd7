/** What programs without types may give a core agent's methods. */
import { InvalidOptionError } from "configstream-consumer";
import { afterAll, describe, expect, it } from "vitest";
import { createCoreAgent } from "../../../packages/configstream/src/core-agent/index.js";

const agent = createCoreAgent({ env: false, defaults: { a: 1 } });
afterAll(() => agent.stop());

/** None of these is a name, a function, an id, or an object of settings. */
const odd: readonly unknown[] = [null, 5.5, 10n, Symbol("s"), [], new Set(["a"]), Object.create(null), new Date(0)];
/** Nor is any of these an object of settings: they would be taken for an empty one. */
const lists: readonly unknown[] = [null, 5, "ab", 10n, Symbol("s"), [], new Map([["a", 2]]), new Set(["a"]), () => {}];

const methods: { readonly [name: string]: readonly [call: (given: never) => unknown, wrong: readonly unknown[]] } = {
  "a key of set": [(given) => agent.set(given, 1), odd],
  "a source of set": [(given) => agent.set("a", 1, given), odd],
  "a key of unset": [(given) => agent.unset(given), odd],
  "settings of setMany": [(given) => agent.setMany(given), lists],
  "keys of unsetMany": [(given) => agent.unsetMany(given), [null, undefined, 5, "a", 10n, {}, () => {}]],
  "the function of transaction": [(given) => agent.transaction(given), [...odd, undefined, "x"]],
  "the function of trial": [(given) => agent.trial(given), [...odd, undefined, "x"]],
  "a note": [
    (given) => agent.transaction(() => {}, given),
    [null, 5, "why", 10n, [], () => {}, { by: 5 }, { who: "x" }],
  ],
  "a key of get": [(given) => agent.get(given), [...odd, undefined]],
  "an id of diff": [(given) => agent.diff(given, given), [...odd, undefined, "1", {}]],
  "an id of rollback": [(given) => agent.rollback(given), [...odd, undefined, "1", {}]],
  "the option defaults": [(given) => createCoreAgent({ defaults: given }), [null, 5, new Map([["a", 2]]), new Set()]],
  "the option env": [(given) => createCoreAgent({ env: given }), [null, 5, new Map([["DD_A", "2"]])]],
};

describe("a core agent's argument that makes no sense", () => {
  it.each(Object.entries(methods))(
    "as %s is refused with an error of this library, and changes nothing",
    (_, [call, wrong]) => {
      for (const given of wrong) expect(() => call(given as never), String(typeof given)).toThrow(InvalidOptionError);
      expect([...agent.settings()].map(([key, { value }]) => [key, value])).toEqual([["a", 1]]);
    },
  );

  it("as the name of a remote agent, or the function of judge, rejects or throws the same", async () => {
    for (const given of odd) {
      expect(() => agent.judge(given as never)).toThrow(InvalidOptionError);
    }
    await agent.start();
    await expect(agent.flare(10n as never)).rejects.toMatchObject({ code: "invalid_option" });
    await expect(agent.command(10n as never, ["status"])).rejects.toMatchObject({ code: "invalid_option" });
  });
});
