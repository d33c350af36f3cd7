/** Reports over the real connection, taken by the embedded core agent. */
import type { CoreAgent } from "configstream/core-agent";
import { describe, expect, it } from "vitest";
import { systemClock } from "../../../src/shared/clock.js";
import type { HeldSetting } from "../../../src/shared/held-setting.js";
import type { Report } from "../../../src/wire/report-messages.js";
import { createCredentialsReader } from "../../../src/worker/link/credentials.js";
import { grpcCode } from "../../../src/worker/link/grpc-codes.js";
import { createGrpcTransport } from "../../../src/worker/link/transport.js";
import type { Connection } from "../../../src/worker/ports.js";
import { issueOf } from "../../../src/worker/reporting/held-report.js";
import { Reporter } from "../../../src/worker/reporting/reporter.js";
import { testParams } from "../../support/engine/engine-bench.js";
import { liveTest, until } from "../../support/engine/live-consumer.js";
import { planted } from "../../support/secret-net/net.js";

const live = liveTest({ port: 1 });
const reporting = { clientName: "one", displayName: "The one" };
const port: HeldSetting = {
  key: "port",
  rule: "an integer",
  sinceMs: 1_700_000_000_000,
  source: "file",
  sequenceId: 7,
};

async function connect(agent: CoreAgent): Promise<Connection> {
  const params = {
    ...testParams,
    coreAgentAddress: agent.address,
    authTokenFile: agent.authTokenFile,
    ipcCertFile: agent.ipcCertFile,
  };
  const credentials = await createCredentialsReader(params, systemClock, () => {}).read();
  const connection = createGrpcTransport(params).connect(credentials);
  live.cleanUp(async () => connection.close());
  return connection;
}

const register = async (connection: Connection) =>
  (await connection.register(reporting, { deadlineMs: 5_000 })).sessionId;
const metric = async (agent: CoreAgent, name: string) =>
  Number(new RegExp(`^configstream_${name} (\\d+)$`, "m").exec(await agent.metrics.metrics())?.[1]);

describe("a report to the embedded core agent", () => {
  it("is taken with its session only: as the real one, with a code for each fault, and none of them harms another call", async () => {
    const agent = await live.startAgent();
    const connection = await connect(agent);
    const session = await register(connection);
    const codeOf = async (sessionId: string, report: Report) =>
      await connection.report(sessionId, report, { deadlineMs: 5_000 }).then(
        () => grpcCode.ok,
        (error: { grpcCode: number }) => error.grpcCode,
      );
    const issue = issueOf(reporting, port);
    const resolution: Report = { kind: "resolution", issueId: issue.id };
    const events: Report = { kind: "events", sentences: ["Something happened."] };
    const unknown = planted("session");
    expect(await codeOf(unknown, { kind: "issue", issue })).toBe(grpcCode.unauthenticated);
    expect(await codeOf(unknown, resolution)).toBe(grpcCode.unauthenticated);
    expect(await codeOf(unknown, events)).toBe(grpcCode.notFound);
    expect(await codeOf("", events)).toBe(grpcCode.notFound);
    // Who has not registered has no session.
    expect(await codeOf("", { kind: "issue", issue })).toBe(grpcCode.ok);
    expect(await codeOf(session, { kind: "issue", issue: { ...issue, id: "" } })).toBe(grpcCode.invalidArgument);
    expect(await codeOf(session, { kind: "issue", issue: { ...issue, issueName: "" } })).toBe(grpcCode.invalidArgument);
    expect(await codeOf(session, { kind: "resolution", issueId: "" })).toBe(grpcCode.invalidArgument);
    expect(await codeOf(session, { kind: "resolution", issueId: "never reported" })).toBe(grpcCode.ok);
    expect(await codeOf(session, { kind: "issue", issue })).toBe(grpcCode.ok);
    expect(await codeOf(session, events)).toBe(grpcCode.ok);
    const [client] = await agent.clients();
    expect(client).toMatchObject({
      name: "The one",
      state: "silent",
      sent: undefined,
      heldSettings: [{ key: "port", reason: issue.description }],
      issues: [
        {
          id: "configstream-consumer:held:one:port",
          name: "Held setting",
          title: "The setting port is held back",
          severity: "medium",
          detectedAt: "2023-11-14T22:13:20.000Z",
        },
      ],
      events: [{ message: "Something happened.", atMs: expect.any(Number) }],
    });
    expect(await metric(agent, "open_issues")).toBe(1);
    expect(await codeOf(session, resolution)).toBe(grpcCode.ok);
    expect((await agent.clients())[0]?.issues).toEqual([]);
    expect(await metric(agent, "open_issues")).toBe(0);
    expect(await metric(agent, "issues_reported")).toBe(2);
    expect(await metric(agent, "issues_resolved")).toBe(1);
    expect(await metric(agent, "events_reported")).toBe(1);
  });

  it("is made when a setting is held, taken back when it heals, and made again in the next session", async () => {
    const agent = await live.startAgent();
    const connection = await connect(agent);
    let held: readonly HeldSetting[] = [];
    const lines: string[] = [];
    const ports = {
      clock: systemClock,
      random: Math.random,
      log: (_level: string, line: string) => void lines.push(line),
    };
    const reporter = new Reporter(reporting, { ...ports, held: () => held });
    reporter.reportOver(connection, await register(connection));
    const titles = async () => (await agent.clients()).map(({ issues }) => issues.map(({ title }) => title).join());
    const heldChanged = (...settings: HeldSetting[]) => {
      held = settings;
      reporter.heldChanged();
    };
    heldChanged(port);
    await until(async () => (await titles()).join() === "The setting port is held back");
    heldChanged();
    await until(async () => (await titles()).join() === "");
    heldChanged(port);
    await until(async () => (await titles()).join() !== "");
    agent.faults.evictSessions();
    expect(await titles()).toEqual([]);
    reporter.interrupted();
    reporter.reportOver(connection, await register(connection));
    await until(async () => (await titles()).join() === "The setting port is held back");
    await reporter.end();
    expect(await titles()).toEqual([""]);
    expect(lines).toEqual([]);
  });
});
