import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { ConfigStreamError, ConsumerStoppedError } from "../../../src/shared/errors.js";
import { describeThrown } from "../../../src/shared/thrown.js";

const quoting = [
  new TypeError("planted"),
  new Error("first line\n    at planted (planted:1:1)\nplanted"),
  Object.assign(new Error("\n    at planted (planted:1:1)\nplanted"), { message: "another planted" }),
  Object.assign(new Error("planted"), { code: "planted code" }),
  Object.assign(new RangeError("planted", { cause: new Error("planted") }), { errors: ["planted"] }),
  "planted",
  { toString: () => "planted" },
  Symbol("planted"),
  catching(() => JSON.parse("planted")),
  catching(() => new URL("planted")),
  catching(() => new Headers({ authorization: "planted\nplanted" })),
];

describe("foreign errors, whose messages may quote anything", () => {
  test.each(quoting.map((thrown) => [thrown]))("leave nothing of a message in ours (%#)", (thrown) => {
    const error = ConfigStreamError.from(thrown, "stream");
    expect(error.code).toBe("stream");
    // A text as the cause is our own.
    const causes = typeof thrown === "string" ? [] : [new ConfigStreamError("stream", "Known.", { cause: thrown })];
    for (const one of [error, ...causes]) {
      expect(JSON.stringify(one.serialize())).not.toContain("planted");
    }
    expect(inspect(error, { depth: Number.POSITIVE_INFINITY, showHidden: true })).not.toContain("planted");
    expect(describeThrown(thrown)).not.toContain("planted");
  });

  test("are told by their name, code and place, so that they can be found", () => {
    const error = ConfigStreamError.from(Object.assign(new RangeError("planted"), { code: "ERR_OUT_OF_RANGE" }));
    expect(error.message).toMatch(/^Unexpected RangeError \(ERR_OUT_OF_RANGE\) at .*errors\.test\.ts:\d+:\d+\)?\.$/);
    expect(ConfigStreamError.from("planted").message).toBe("Unexpected a thrown string.");
  });
});

test("our own errors stay themselves, over threads too", () => {
  const cause = new ConfigStreamError("tls", "The inner sentence.");
  const error = new ConsumerStoppedError("The outer sentence.", { cause });
  expect(ConfigStreamError.from(error)).toBe(error);
  const back = ConfigStreamError.from(structuredClone(error.serialize()));
  expect(back).toBeInstanceOf(ConsumerStoppedError);
  expect(back).toMatchObject({ code: "stopped", message: "The outer sentence.", cause: "The inner sentence." });
});

function catching(act: () => unknown): unknown {
  try {
    act();
  } catch (thrown) {
    return thrown;
  }
  throw new Error("It was expected to throw.");
}
