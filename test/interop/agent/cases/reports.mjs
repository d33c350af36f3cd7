// Held settings, as they are reported to the agent and decoded by the published generated code.
import { isDeepStrictEqual } from "node:util";
import { check, until } from "../trial.mjs";

const worker = new URL("../../../../dist/worker/", import.meta.url).href;
const shared = new URL("../../../../dist/shared/", import.meta.url).href;
const client = { clientName: "interop-client", displayName: "The interop client" };

const setting = (key, rule = "an integer from 1 to 65535") => ({
  key,
  rule,
  sinceMs: Date.UTC(2026, 0, 2, 3, 4, 5),
  source: "file",
  sequenceId: 7,
});

/** The worker's reporter over the worker's connection, with held settings that the test decides. */
async function reporterOf(t) {
  const [{ createGrpcTransport }, { createCredentialsReader }, { Reporter }, { systemClock }] = await Promise.all([
    import(`${worker}link/transport.js`),
    import(`${worker}link/credentials.js`),
    import(`${worker}reporting/reporter.js`),
    import(`${shared}clock.js`),
  ]);
  const params = {
    ...client,
    coreAgentAddress: t.agent.address,
    authTokenFile: t.directory.tokenFile,
    ipcCertFile: t.directory.certFile,
    tls: true,
    callTimeoutMs: 5_000,
    maxReceiveMessageBytes: 2 ** 24,
    keepaliveIntervalMs: 30_000,
    keepaliveTimeoutMs: 10_000,
    keepaliveRefusedIntervalMs: 330_000,
  };
  const credentials = await createCredentialsReader(params, systemClock, () => {}).read();
  const connection = createGrpcTransport(params).connect(credentials);
  const lines = [];
  let held = [];
  const ports = { clock: systemClock, random: Math.random, log: (_level, line) => lines.push(line), held: () => held };
  const reporter = new Reporter(client, ports);
  return {
    lines,
    end: () => reporter.end(),
    close: () => connection.close(),
    async register() {
      const { sessionId } = await connection.register(client, { deadlineMs: 5_000 });
      reporter.reportOver(connection, sessionId);
    },
    hold(...settings) {
      held = settings;
      reporter.heldChanged();
    },
  };
}

const reported = (t, wish, sentence) =>
  until(
    () => t.agent.command("reported"),
    wish,
    10_000,
    (seen) => `${sentence}; the agent saw ${JSON.stringify(seen)}`,
  );
const ids = ({ issues }) => Object.keys(issues).sort().join();

export const reportsCases = [
  {
    promise: "a typo at the agent is an issue there, and none when it is mended",
    async run(t) {
      await t.startAgent();
      await t.agent.set("file", "my_agent.port", 9_000);
      const { consumer } = await t.liveConsumer({ guards: { "my_agent.port": { type: "integer" } }, report: true });
      const port = () => consumer.reader().getInt("my_agent.port");
      await t.agent.set("file", "my_agent.port", "900O");
      const { issues } = await reported(t, (seen) => ids(seen) !== "", "it did not report");
      check(!JSON.stringify(issues).includes("900O"), "the value stands in the issue");
      check(port() === 9_000, `it reads ${port()}`);
      await t.agent.set("file", "my_agent.port", 9_001);
      await reported(t, (seen) => ids(seen) === "", "it did not resolve");
      await until(
        port,
        (value) => value === 9_001,
        5_000,
        (value) => `it reads ${value}`,
      );
    },
  },
  {
    promise: "a held setting is an issue that the generated code decodes field by field, until it heals",
    async run(t) {
      await t.startAgent();
      const reporter = await reporterOf(t);
      try {
        await reporter.register();
        reporter.hold(setting("my_agent.port"));
        const id = "configstream-consumer:held:interop-client:my_agent.port";
        const { issues } = await reported(t, (seen) => ids(seen) === id, "it did not report");
        const { description, ...issue } = issues[id];
        check(description.includes('breaks the rule "an integer from 1 to 65535"'), `it said ${description}`);
        const expected = {
          id,
          issueName: "Held setting",
          issueType: "held_setting",
          title: "The setting my_agent.port is held back",
          category: "configuration",
          location: "interop-client",
          severity: "ISSUE_SEVERITY_MEDIUM",
          detectedAt: "2026-01-02T03:04:05.000Z",
          source: "interop-client",
          extra: {
            key: "my_agent.port",
            rule: "an integer from 1 to 65535",
            source: "file",
            sequence_id: 7,
            pid: process.pid,
          },
          tags: ["client:interop-client", "setting:my_agent.port"],
        };
        check(isDeepStrictEqual(issue, expected), `the issue is ${JSON.stringify(issue)}`);
        reporter.hold();
        await reported(t, (seen) => ids(seen) === "", "it did not resolve");
        check(reporter.lines.length === 0, `it logged ${reporter.lines}`);
      } finally {
        reporter.close();
      }
    },
  },
  {
    promise:
      "open issues are reported again in a new session, not in one that the agent does not know, and end with the consumer",
    async run(t) {
      await t.startAgent();
      const reporter = await reporterOf(t);
      try {
        await reporter.register();
        reporter.hold(setting("a"), setting("b"));
        await reported(t, ({ issues }) => Object.keys(issues).length === 2, "it did not report");
        await t.agent.command("evict");
        reporter.hold(setting("a"), setting("b"), setting("c"));
        await reported(t, ({ calls }) => calls.ReportHealthIssue === 3, "it did not try");
        await reporter.register();
        const { calls } = await reported(
          t,
          ({ issues }) => Object.keys(issues).length === 3,
          "it did not report again",
        );
        check(calls.ReportHealthIssue === 6, `it called ${calls.ReportHealthIssue} times`);
        await reporter.end();
        await reported(t, (seen) => ids(seen) === "", "it did not take leave");
      } finally {
        reporter.close();
      }
    },
  },
  {
    promise: "an agent that takes no issues is sent events, and asked for issues once",
    flags: { reports: "events" },
    async run(t) {
      await t.startAgent();
      const reporter = await reporterOf(t);
      try {
        await reporter.register();
        reporter.hold(setting("a"));
        await reported(t, ({ events }) => events.length === 1, "it did not report");
        reporter.hold();
        const { events, calls } = await reported(t, (seen) => seen.events.length === 2, "it did not report the end");
        check(events[0].includes("holds the setting a"), `it said ${events[0]}`);
        check(events[1].includes("follows the setting a again"), `it said ${events[1]}`);
        check(calls.ReportHealthIssue === 1, `it asked ${calls.ReportHealthIssue} times`);
        check(reporter.lines.length === 0, `it logged ${reporter.lines}`);
      } finally {
        reporter.close();
      }
    },
  },
  {
    promise: "an agent that takes nothing is asked once for each, silently",
    flags: { reports: "none" },
    async run(t) {
      await t.startAgent();
      const reporter = await reporterOf(t);
      try {
        await reporter.register();
        reporter.hold(setting("a"));
        const wish = ({ calls }) => calls.ReportRemoteAgentEvent === 1;
        await reported(t, wish, "it did not try");
        reporter.hold(setting("b"));
        await reporter.end();
        const { calls } = await t.agent.command("reported");
        check(calls.ReportHealthIssue === 1 && calls.ReportRemoteAgentEvent === 1, JSON.stringify(calls));
        check(reporter.lines.length === 0, `it logged ${reporter.lines}`);
      } finally {
        reporter.close();
      }
    },
  },
];
