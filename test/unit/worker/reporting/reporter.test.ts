import { describe, expect, it } from "vitest";
import type { HeldSetting } from "../../../../src/shared/held-setting.js";
import type { Report } from "../../../../src/wire/report-messages.js";
import { grpcCode } from "../../../../src/worker/link/grpc-codes.js";
import { Reporter } from "../../../../src/worker/reporting/reporter.js";
import { FakeTransport, grpcError } from "../../../support/engine/fake-transport.js";
import { VirtualClock } from "../../../support/engine/virtual-clock.js";

const held = (key: string, rule = "an integer"): HeldSetting => ({
  key,
  rule,
  sinceMs: 1_700_000_000_000,
  source: "file",
  sequenceId: 7,
});

/** A reporter with a core agent that does what the test says. */
function bench() {
  const clock = new VirtualClock();
  const transport = new FakeTransport(() => clock.monotonic());
  const lines: string[] = [];
  const state: { held: HeldSetting[] } = { held: [] };
  const reporter = new Reporter(
    { clientName: "one", displayName: "The one" },
    { clock, random: () => 0.5, log: (_level, line) => void lines.push(line), held: () => state.held },
  );
  const hold = async (...settings: HeldSetting[]): Promise<void> => {
    state.held = settings;
    reporter.heldChanged();
    await clock.settle();
  };
  const connect = async (sessionId: string): Promise<void> => {
    reporter.reportOver(transport.connect(undefined), sessionId);
    await clock.settle();
  };
  /** What was reported since the last look. */
  const told = () => transport.reports.splice(0).map(({ sessionId, report }) => `${sessionId} ${inWords(report)}`);
  return { clock, transport, lines, reporter, hold, connect, told };
}

function inWords(report: Report): string {
  if (report.kind === "issue") return `held ${report.issue.extra.key}`;
  if (report.kind === "resolution") return `healed ${report.issueId.split(":").at(-1)}`;
  return `event ${report.sentences.join()}`;
}

describe("the reporter", () => {
  it("reports each key once when it is held, and once when it has healed", async () => {
    const { hold, connect, told, transport } = bench();
    await connect("s1");
    expect(told()).toEqual([]);
    await hold(held("port"), held("host"));
    expect(transport.reports[0]?.report).toEqual({
      kind: "issue",
      issue: {
        id: "configstream-consumer:held:one:port",
        issueName: "Held setting",
        issueType: "held_setting",
        title: "The setting port is held back",
        description: expect.stringContaining('value of port, from file, because it breaks the rule "an integer"'),
        category: "configuration",
        location: "one",
        severity: 2,
        detectedAt: "2023-11-14T22:13:20.000Z",
        source: "one",
        extra: { key: "port", rule: "an integer", source: "file", sequence_id: 7, pid: process.pid },
        tags: ["client:one", "setting:port"],
      },
    });
    expect(told()).toEqual(["s1 held port", "s1 held host"]);
    await hold({ ...held("port"), sequenceId: 8 }, held("host"));
    expect(told()).toEqual([]);
    await hold(held("host"));
    expect(told()).toEqual(["s1 healed port"]);
  });

  it("names no source of a setting that was taken away, in an issue and in an event", async () => {
    const { hold, connect, transport } = bench();
    await connect("s1");
    await hold({ ...held("port", "is required"), source: "" });
    const [first] = transport.reports.splice(0);
    expect(first?.report.kind === "issue" && first.report.issue.description).toMatch(
      /^The one does not use the newest value of port because it breaks the rule "is required"\. /,
    );
    transport.onReport = async ({ kind }) => {
      if (kind !== "events") throw grpcError(grpcCode.unimplemented);
    };
    await connect("s2");
    expect(transport.reports.map(({ report }) => report).at(-1)).toEqual({
      kind: "events",
      sentences: [
        'The one holds the setting port at its last good value: the newest one breaks the rule "is required".',
      ],
    });
  });

  it("reports a key again when it breaks another rule", async () => {
    const { hold, connect, told } = bench();
    await connect("s1");
    await hold(held("port"));
    await hold(held("port", "at most 65535"));
    expect(told()).toEqual(["s1 held port", "s1 held port"]);
  });

  it("reports all that is open again in a new session, and nothing again over a new connection", async () => {
    const { hold, connect, told, reporter } = bench();
    await connect("s1");
    await hold(held("port"), held("host"));
    told();
    reporter.interrupted();
    await connect("s1");
    expect(told()).toEqual([]);
    reporter.interrupted();
    await hold(held("port"));
    expect(told()).toEqual([]);
    await connect("s2");
    expect(told()).toEqual(["s2 held port"]);
  });

  it("takes an issue back that healed while there was no connection", async () => {
    const { hold, connect, told, reporter } = bench();
    await connect("s1");
    await hold(held("port"));
    reporter.interrupted();
    await hold();
    told();
    await connect("s1");
    expect(told()).toEqual(["s1 healed port"]);
  });

  it("makes a report again over the next connection when it was lost with the one before", async () => {
    const { hold, connect, told, transport, reporter } = bench();
    await connect("s1");
    let fail = (_error: Error): void => {};
    transport.onReport = () =>
      new Promise((_resolve, reject) => {
        fail = reject;
      });
    await hold(held("port"));
    reporter.interrupted();
    transport.onReport = async () => {};
    reporter.reportOver(transport.connect(undefined), "s1");
    fail(grpcError(grpcCode.cancelled));
    await connect("s1");
    expect(told()).toEqual(["s1 held port", "s1 held port"]);
  });

  it("reports events where issues are not implemented, nothing where those are not, and asks no second time", async () => {
    const { hold, connect, told, transport, lines } = bench();
    const unknown = new Set<Report["kind"]>(["issue", "resolution"]);
    transport.onReport = async ({ kind }) => {
      if (unknown.has(kind)) throw grpcError(grpcCode.unimplemented);
    };
    await connect("s1");
    await hold(held("port"));
    await hold();
    expect(told()).toEqual([
      "s1 held port",
      's1 event The one holds the setting port at its last good value: the newest one, from file, breaks the rule "an integer".',
      "s1 event The one follows the setting port again.",
    ]);
    unknown.add("events");
    await connect("s2");
    await hold(held("port"));
    await hold(held("host"));
    expect(told().map((line) => line.split(" ", 2).join(" "))).toEqual(["s2 held", "s2 event"]);
    expect(lines).toEqual([]);
  });

  it("tries again after a failure, ever later, a few times; and logs at most a line a minute", async () => {
    const { hold, connect, told, transport, clock, lines } = bench();
    transport.onReport = async () => {
      throw grpcError(grpcCode.unavailable);
    };
    await connect("s1");
    await hold(held("port"));
    await clock.advance(3_600_000);
    const tries = told().length;
    expect(tries).toBe(9);
    expect(clock.pending).toBe(0);
    expect(lines.length).toBeLessThan(6);
    expect(lines[0]).toContain("could not be reported");
    // Whatever happens then, it is not tried faster.
    for (let i = 0; i < 100; i++) await hold(held(`key${i}`));
    expect(told()).toEqual([]);
    await clock.advance(60_000);
    expect(told()).toHaveLength(1);
    transport.onReport = async () => {};
    await hold(held("host"));
    await clock.advance(60_000);
    // Nobody has answered for the port, so the core agent may hold its issue.
    expect(told()).toEqual(["s1 healed port", "s1 held host"]);
  });

  it("takes back a report that broke with its connection, when its setting heals before the next one", async () => {
    const { hold, connect, told, transport, reporter } = bench();
    await connect("s1");
    let fail = (_error: Error): void => {};
    transport.onReport = () =>
      new Promise((_resolve, reject) => {
        fail = reject;
      });
    await hold(held("port"));
    reporter.interrupted();
    fail(grpcError(grpcCode.cancelled));
    transport.onReport = async () => {};
    await hold();
    await connect("s1");
    expect(told()).toEqual(["s1 held port", "s1 healed port"]);
    await connect("s1");
    expect(told()).toEqual([]);
  });

  it("takes back no event, of which it is not known whether it arrived, when its setting heals meanwhile", async () => {
    const { hold, connect, told, transport, reporter } = bench();
    let fail = (_error: Error): void => {};
    transport.onReport = ({ kind }) =>
      kind === "events"
        ? new Promise((_resolve, reject) => {
            fail = reject;
          })
        : Promise.reject(grpcError(grpcCode.unimplemented));
    await connect("s1");
    await hold(held("port"));
    reporter.interrupted();
    fail(grpcError(grpcCode.cancelled));
    await hold();
    told();
    await connect("s1");
    expect(told()).toEqual([]);
  });

  it("leaves a session alone that the core agent does not know, until there is another one", async () => {
    const { hold, connect, told, transport, clock, lines } = bench();
    transport.onReport = async () => {
      throw grpcError(grpcCode.unauthenticated);
    };
    await connect("s1");
    await hold(held("port"));
    await hold(held("host"));
    await clock.advance(3_600_000);
    expect(told()).toEqual(["s1 held port"]);
    expect(lines).toEqual([]);
    transport.onReport = async () => {};
    await connect("s2");
    expect(told()).toEqual(["s2 held host"]);
  });

  it("does not let a report that the core agent does not want stand in the way of others", async () => {
    const { hold, connect, told, transport } = bench();
    transport.onReport = async (report) => {
      if (inWords(report) === "held port") throw grpcError(grpcCode.invalidArgument);
    };
    await connect("s1");
    await hold(held("port"), held("host"));
    expect(told()).toEqual(["s1 held port", "s1 held host"]);
  });

  it("has at most a hundred issues open, and reports the next one when one of them has healed", async () => {
    const { hold, connect, told, clock } = bench();
    await connect("s1");
    const all = Array.from({ length: 150 }, (_unused, i) => held(`key${i}`));
    await hold(...all);
    await clock.advance(60_000);
    expect(told()).toHaveLength(100);
    await hold(...all.slice(1));
    await clock.advance(1_000);
    expect(told()).toEqual(["s1 healed key0", "s1 held key100"]);
  });

  it("does not keep the core agent busy with a setting that comes and goes", async () => {
    const { hold, connect, told, clock } = bench();
    await connect("s1");
    for (let i = 0; i < 5_000; i++) {
      await hold(...(i % 2 === 0 ? [held("port")] : []));
      await clock.advance(1);
    }
    await clock.advance(1_000);
    const all = told();
    expect(all.length).toBeLessThan(115);
    // It has the truth in the end.
    expect(all.at(-1)).toBe("s1 healed port");
    expect(clock.pending).toBe(0);
  });

  it("takes back at its end what is just being reported", async () => {
    const { hold, connect, told, reporter, transport } = bench();
    await connect("s1");
    transport.onReport = ({ kind }) => (kind === "issue" ? new Promise(() => {}) : Promise.resolve());
    await hold(held("port"));
    await reporter.end();
    expect(told()).toEqual(["s1 held port", "s1 healed port"]);
  });

  it("takes everything back at its end, waits for no answer for long, and leaves no timer behind", async () => {
    const { hold, connect, told, reporter, transport, clock } = bench();
    await connect("s1");
    await hold(held("port"), held("host"));
    told();
    transport.onReport = async () => {
      throw grpcError(grpcCode.deadlineExceeded);
    };
    await reporter.end();
    expect(told()).toEqual(["s1 healed port", "s1 healed host"]);
    await hold(held("other"));
    expect(told()).toEqual([]);
    expect(clock.pending).toBe(0);
  });

  it("waits two seconds for the answer to a report, and half a second at its end", async () => {
    const { hold, connect, reporter, transport } = bench();
    await connect("s1");
    await hold(held("port"));
    await reporter.end();
    expect(transport.reports.map(({ deadlineMs }) => deadlineMs)).toEqual([2_000, 500]);
  });

  it("takes back nothing at its end that has healed, that was told as an event, or that there is no connection for", async () => {
    const healed = bench();
    await healed.connect("s1");
    await healed.hold(held("port"));
    await healed.hold();
    healed.told();
    await healed.reporter.end();
    expect(healed.told()).toEqual([]);

    const events = bench();
    events.transport.onReport = async ({ kind }) => {
      if (kind !== "events") throw grpcError(grpcCode.unimplemented);
    };
    await events.connect("s1");
    await events.hold(held("port"));
    events.told();
    await events.reporter.end();
    expect(events.told()).toEqual([]);

    const alone = bench();
    await alone.connect("s1");
    await alone.hold(held("port"));
    alone.reporter.interrupted();
    alone.told();
    await alone.reporter.end();
    expect(alone.told()).toEqual([]);
  });

  it("does not take an answer in the session before for one in the present session", async () => {
    const { hold, connect, told, transport, reporter, clock } = bench();
    await connect("s1");
    let answer = (): void => {};
    transport.onReport = () =>
      new Promise((resolve) => {
        answer = resolve;
      });
    await hold(held("port"));
    reporter.interrupted();
    transport.onReport = async () => {};
    reporter.reportOver(transport.connect(undefined), "s2");
    answer();
    await clock.settle();
    expect(told()).toEqual(["s1 held port", "s2 held port"]);
    await hold();
    expect(told()).toEqual(["s2 healed port"]);
  });

  it("does not wait with what is new because there was nothing new to report before", async () => {
    const { hold, connect, told } = bench();
    await connect("s1");
    for (let i = 0; i < 300; i++) await hold();
    await hold(held("port"));
    expect(told()).toEqual(["s1 held port"]);
  });
});
