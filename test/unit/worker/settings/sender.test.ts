/** What updates show of their sender. */
import { describe, expect, it } from "vitest";
import { Sender } from "../../../../src/worker/settings/sender.js";

const order = ["default", "file", "agent-runtime", "cli"];
const sender = () => new Sender((source) => order.indexOf(source));

describe("the sender", () => {
  it("is known to report sets that lose once a snapshot says that an ambiguous update lost", () => {
    const old = sender();
    old.ambiguous("a", "file");
    expect(old.reportsLosers).toBe(false);
    old.judge(() => "cli");
    expect(old.reportsLosers).toBe(true);
  });

  it("is not suspected when the ambiguous update named what wins, was followed by another, or its key is gone", () => {
    const current = sender();
    current.ambiguous("a", "file");
    current.judge(() => "file");
    current.ambiguous("a", "file");
    current.taken("a", "");
    current.judge(() => "cli");
    current.ambiguous("a", "file");
    current.judge(() => undefined);
    expect(current.reportsLosers).toBe(false);
  });

  it("is no longer suspected once it names a cleared source", () => {
    const replaced = sender();
    replaced.ambiguous("a", "file");
    replaced.judge(() => "cli");
    replaced.taken("b", "");
    expect(replaced.reportsLosers).toBe(true);
    replaced.taken("b", "cli");
    expect(replaced.reportsLosers).toBe(false);
  });
});
