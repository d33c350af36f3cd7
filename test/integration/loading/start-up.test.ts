import { EventEmitter, getEventListeners } from "node:events";
import { join } from "node:path";
import { status as grpcStatus } from "@grpc/grpc-js";
import { type Consumer, type ConsumerOptions, WaitTimeoutError } from "configstream-consumer";
import { describe, expect, test } from "vitest";
import { type AgentPlace, failureOf, root, until, Workshop } from "../../support/memory/workshop.js";

const workshop = new Workshop();
/** After the first failure nothing moves for the rest of the test. */
const once = { backoff: { initialMs: 600_000, maxMs: 600_000, floorMs: 600_000 } };

describe("a wait that timed out names the step and the last failure", () => {
  test("credentials, when a file is missing", async () => {
    const agent = await workshop.agent();
    const authTokenFile = join(await workshop.folder(), "auth_token");
    const message = await lateFailure(workshop.consumer(agent, { ...once, authTokenFile }), "credentials");
    expect(message).toContain("waiting for the credential files");
    expect(message).toContain(`${authTokenFile} does not exist`);
  });

  test("registration, when the core agent refuses it", async () => {
    const agent = await workshop.agent();
    agent.faults.rejectCalls("register", grpcStatus.PERMISSION_DENIED);
    const message = await lateFailure(workshop.consumer(agent, once), "registration");
    expect(message).toContain("waiting for a session");
    expect(message).toMatch(/PERMISSION_DENIED/);
  });

  test("registration, when nobody listens at the address", async () => {
    const agent = await workshop.agent();
    await agent.stop();
    const credentials = await workshop.agent();
    const place = { ...pathsOf(credentials), address: agent.address };
    const message = await lateFailure(workshop.consumer(place, once), "registration");
    expect(message).toContain(`core agent ${agent.address}`);
    expect(message).toMatch(/ECONNREFUSED|refused/i);
  });

  test("connection, when a session is there and nobody listens", async () => {
    const agent = await workshop.agent();
    const credentials = await workshop.agent();
    await agent.stop();
    const place = { ...pathsOf(credentials), address: agent.address };
    const consumer = workshop.consumer(place, { ...once, sessionId: "given" });
    const message = await lateFailure(consumer, "connection");
    expect(message).toContain("waiting for the connection to the core agent");
    expect(message).toMatch(/1 failed attempt\)/);
  });

  test("first snapshot, when the core agent takes the connection and refuses the stream", async () => {
    const agent = await workshop.agent();
    agent.faults.rejectStreams(grpcStatus.UNAVAILABLE);
    const message = await lateFailure(workshop.consumer(agent, once), "first snapshot");
    expect(message).toMatch(/1 failed attempt\)/);
  });

  test("first snapshot, when the stream is open and silent", async () => {
    const agent = await workshop.agent();
    agent.faults.silence(true);
    const consumer = workshop.consumer(agent);
    await consumer.start();
    await until(() => consumer.status().step === "first snapshot" && agent.status().subscribers === 1);
    const { message } = await failureOf(consumer.waitReady({ timeoutMs: 20 }));
    expect(message).toMatch(/^Not ready after 20 ms: waiting for the first snapshot \(step "first snapshot", /);
    expect(message).toContain("nothing has failed so far");
    agent.faults.silence(false);
    await consumer.waitReady();
  });

  /** Starts, lets an attempt fail at this step, and gives the text of a wait that timed out. */
  async function lateFailure(consumer: Consumer, step: string): Promise<string> {
    await consumer.start();
    const stuck = () => consumer.status().step === step && consumer.status().lastError !== undefined;
    await until(stuck);
    const error = await failureOf(consumer.waitReady({ timeoutMs: 0 }));
    expect(error).toBeInstanceOf(WaitTimeoutError);
    expect(error.message).toContain(`(step "${step}", `);
    expect(error.message).toContain("last failure: ");
    expect(error.message).toMatch(/\. The consumer keeps trying\.$/);
    expect(() => consumer.waitReadySync({ timeoutMs: 0 })).toThrow(`(step "${step}", `);
    return error.message;
  }
});

describe("many waiters", () => {
  test("each ends by its own limit, its own signal or by readiness, and none disturbs another", async () => {
    const agent = await workshop.agent({ defaults: { a: 1 } });
    agent.faults.silence(true);
    const consumer = workshop.consumer(agent);
    const controller = new AbortController();
    EventEmitter.setMaxListeners(100, controller.signal);
    const reason = new Error("no more patience");
    const patient = Array.from({ length: 50 }, () => consumer.waitReady());
    const hasty = Array.from({ length: 50 }, () => failureOf(consumer.waitReady({ timeoutMs: 5 })));
    const aborted = Array.from({ length: 50 }, () => failureOf(consumer.waitReady({ signal: controller.signal })));
    await consumer.start();
    for (const error of await Promise.all(hasty)) expect(error).toBeInstanceOf(WaitTimeoutError);
    controller.abort(reason);
    for (const error of await Promise.all(aborted)) expect(error).toBe(reason);
    agent.faults.silence(false);
    await Promise.all(patient);
    expect(getEventListeners(controller.signal, "abort")).toEqual([]);
  });

  test("a signal that was aborted before, and one that outlives the wait, leave nothing behind", async () => {
    const agent = await workshop.agent();
    const consumer = workshop.consumer(agent);
    const reason = new Error("too late");
    expect(await failureOf(consumer.waitReady({ signal: AbortSignal.abort(reason) }))).toBe(reason);
    await consumer.start();
    const { signal } = new AbortController();
    await consumer.waitReady({ signal });
    expect(getEventListeners(signal, "abort")).toEqual([]);
  });
});

describe("a main thread that is blocked", () => {
  test("for 2 s, without one turn of its event loop, sees readiness and one change after another", async () => {
    const agent = workshop.node([join(root, "test/support/agents/agent-process.mjs")]);
    const consumer = workshop.consumer((await agent.message()) as AgentPlace);
    let turns = 0;
    const counter = setInterval(() => turns++, 1);
    workshop.after(() => clearInterval(counter));

    const started = consumer.start();
    const count = consumer.reader().setting("count").asInt(-1);
    const seen = new Set<number>();
    const startedAt = Date.now();
    let readyAt = 0;
    // No await from here to the end of the loop.
    do {
      if (readyAt === 0 && consumer.status().ready) readyAt = Date.now();
      seen.add(count.value);
    } while (Date.now() - startedAt < 2_000 || (seen.size < 20 && Date.now() - startedAt < 15_000));
    expect(turns).toBe(0);

    expect(readyAt).toBeGreaterThan(0);
    expect(seen.size).toBeGreaterThanOrEqual(20);
    expect([...seen]).toEqual([...seen].toSorted((a, b) => a - b));
    expect(consumer.status().state).toBe("live");
    consumer.waitReadySync({ timeoutMs: 0 });
    await started;
    await agent.end();
  });

  test("in waitReadySync is released by the first snapshot, and by its time limit when none comes", async () => {
    const process = workshop.node([join(root, "test/support/agents/agent-process.mjs")]);
    const agent = (await process.message()) as AgentPlace;
    const without = workshop.consumer({ ...agent, address: "127.0.0.1:1" });
    const startedWithout = without.start();
    expect(() => without.waitReadySync({ timeoutMs: 500 })).toThrow(/^Not ready after 500 ms: waiting for /);
    const consumer = workshop.consumer(agent);
    const started = consumer.start();
    consumer.waitReadySync({ timeoutMs: 15_000 });
    expect(consumer.reader().isSet("count")).toBe(true);
    await Promise.all([started, startedWithout]);
    await process.end();
  });

  test.each<[string, Partial<ConsumerOptions>]>([
    ['isolation: "none"', { isolation: "none" }],
    ["a sessionIdProvider", { sessionIdProvider: () => "x" }],
  ])("by a wait that %s could never end is refused instead", async (name, options) => {
    const agent = await workshop.agent();
    const consumer = workshop.consumer(agent, options);
    await consumer.start();
    expect(() => consumer.waitReadySync()).toThrow(expect.objectContaining({ code: "invalid_option" }));
    expect(() => consumer.waitReadySync()).toThrow(name);
  });
});

function pathsOf({ authTokenFile, ipcCertFile }: AgentPlace) {
  return { authTokenFile, ipcCertFile };
}
