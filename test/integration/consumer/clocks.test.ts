import { expect, it } from "vitest";
import { dist, optionsFor, Workshop } from "../../support/memory/workshop.js";

const workshop = new Workshop();

/** A consumer that is probed ten times a second, and prints what any probe found. */
const probed = (options: object) => `
  const { createConsumer, checkHealth } = await import(${JSON.stringify(dist("index.js"))});
  const consumer = createConsumer(${JSON.stringify(options)});
  await consumer.start();
  await consumer.waitReady();
  const status = () => consumer.status();
  const found = { probes: 0, dead: 0, restarts: 0, negative: 0, oldest: 0 };
  setInterval(() => {
    const now = status();
    const ages = Object.entries(now).filter(([name]) => /AgeMs$|ForMs$|InMs$/.test(name)).map(([, value]) => value ?? 0);
    found.probes++;
    found.restarts = now.workerRestarts;
    if (!checkHealth(now, { maxHeartbeatAgeMs: 3_000 }).live || now.state !== "live") found.dead++;
    found.negative = Math.min(found.negative, ...ages);
    found.oldest = Math.max(found.oldest, now.workerHeartbeatAgeMs ?? 0, now.sessionAgeMs ?? 0, now.lastMessageAgeMs ?? 0);
  }, 100);
  process.on("message", ({ step }) => {
    if (step !== undefined) {
      const now = Date.now;
      Date.now = () => now() + step;
      globalThis.Date = class extends Date { constructor(...given) { given.length ? super(...given) : super(now() + step); } static now = () => now() + step; };
    }
    process.send(found);
  });
  console.log("probing");
`;
interface Found {
  readonly probes: number;
  readonly dead: number;
  readonly restarts: number;
  readonly negative: number;
  readonly oldest: number;
}
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

it("a process that was suspended for five seconds finds its worker well at every probe afterwards, and keeps it", {
  timeout: 60_000,
}, async () => {
  const agent = await workshop.agent({ defaults: { "a.key": 1 } });
  const child = workshop.module(probed({ ...optionsFor(agent), workerTimeoutMs: 4_000 }));
  await child.printed("probing");
  await pause(500);
  child.signal("SIGSTOP");
  await pause(5_000);
  child.signal("SIGCONT");
  await pause(3_000);
  const answer = child.message() as Promise<Found>;
  child.send({});
  const found = await answer;
  expect(found.probes).toBeGreaterThan(5);
  expect([found.dead, found.restarts]).toEqual([0, 0]);
});

it.each([3_600_000, -3_600_000])(
  "a step of the wall clock by %i ms makes nothing dead, old or negative",
  {
    timeout: 60_000,
  },
  async (step) => {
    const agent = await workshop.agent({ defaults: { "a.key": 1 } });
    const child = workshop.module(probed({ ...optionsFor(agent), workerTimeoutMs: 4_000 }));
    await child.printed("probing");
    const stepped = child.message();
    child.send({ step });
    await stepped;
    await pause(1_500);
    const answer = child.message() as Promise<Found>;
    child.send({});
    const found = await answer;
    expect(found.probes).toBeGreaterThan(2);
    expect([found.dead, found.restarts, found.negative]).toEqual([0, 0, 0]);
    expect(found.oldest).toBeLessThan(60_000);
  },
);
