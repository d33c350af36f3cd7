import { expect, it, vi } from "vitest";
import { consumerFace } from "../../../../src/main/consumer/face.js";
import { createMockConsumer } from "../../../../src/testing/index.js";

it("every member of what an application is handed may be replaced by a spy, and put back", async () => {
  await using mock = createMockConsumer({ a: 1 });
  const given = mock as unknown as Record<string, unknown>;
  const names = Object.getOwnPropertyNames(given).filter((name) => name !== "metrics");
  expect(names).toEqual(expect.arrayContaining(["reader", "on", "once", "off", "set", "snapshot", "stop"]));
  for (const name of names) {
    const original = given[name];
    const spy = vi.spyOn(given as Record<string, () => unknown>, name).mockReturnValue("spied");
    expect((given[name] as () => unknown)(), name).toBe("spied");
    spy.mockRestore();
    expect(given[name], name).toBe(original);
    given[name] = original;
  }
  expect(Object.getOwnPropertyDescriptor(given, "metrics")).toMatchObject({ configurable: true });
  expect(mock.reader().getInt("a")).toBe(1);
});

it("what an application is handed has no member that the inside does not have, and chains itself, not the inside", () => {
  const calls: unknown[] = [];
  const inner = { on: (...given: unknown[]) => calls.push(given), secret: () => "inside", reader: 1 };
  const face = consumerFace(inner, { more: () => "further" });
  expect(Object.getOwnPropertyNames(face).sort()).toEqual(["metrics", "more", "on"]);
  expect(face.on("state", 5)).toBe(face);
  expect(calls).toEqual([["state", 5]]);
  expect(face.more()).toBe("further");
});
