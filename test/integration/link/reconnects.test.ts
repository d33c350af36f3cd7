import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const main = fileURLToPath(new URL("../../support/engine/reconnects-main.mjs", import.meta.url));
const reconnects = Number(process.env.RECONNECTS ?? 300);

interface Held {
  readonly resources: number;
  readonly descriptors: number;
  readonly heapBytes: number;
  readonly subscribers: number;
  readonly sessions: number;
  readonly workerRestarts: number;
}

interface Result {
  readonly before: Held;
  readonly after: Held;
  /** What the consumer's own metric says. */
  readonly counted: number;
  readonly forced: number;
  /** Resources that are left after stop. */
  readonly left: number;
}

async function run(times: number, isolation: "worker" | "none"): Promise<Result> {
  const flags = ["--expose-gc", "--no-opt", "--no-sparkplug", "--no-maglev", "--no-flush-bytecode"];
  const child = spawn(process.execPath, [...flags, main, String(times), isolation], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [output, [exitCode]] = await Promise.all([text(child.stdout), once(child, "exit")]);
  expect(exitCode).toBe(0);
  return JSON.parse(output) as Result;
}

describe("after many forced reconnects, by clean ends, errors, evictions and restarts", () => {
  it(`sockets, timers, streams, sessions and heap are what they were, over ${reconnects} reconnects in one thread`, {
    timeout: 300_000,
  }, async () => {
    const { before, after, counted, forced, left } = await run(reconnects, "none");
    expect(withoutHeap(after)).toEqual(withoutHeap(before));
    expect([after.subscribers, after.workerRestarts]).toEqual([1, 0]);
    // About 28,000 are usual; one small forgotten object or listener per reconnect would add up to more than this.
    expect(after.heapBytes - before.heapBytes).toBeLessThan(Math.min(200_000, 200 * reconnects));
    expect(counted).toBeGreaterThanOrEqual(forced);
    expect(left).toBe(0);
  });

  it("the worker is still the first one, and its sockets are what they were", { timeout: 300_000 }, async () => {
    const { before, after, counted, forced, left } = await run(Math.ceil(reconnects / 5), "worker");
    expect(withoutHeap(after)).toEqual(withoutHeap(before));
    expect([after.subscribers, after.workerRestarts]).toEqual([1, 0]);
    expect(counted).toBeGreaterThanOrEqual(forced);
    expect(left).toBe(0);
  });
});

function withoutHeap({ heapBytes: _heapBytes, ...rest }: Held): Omit<Held, "heapBytes"> {
  return rest;
}
