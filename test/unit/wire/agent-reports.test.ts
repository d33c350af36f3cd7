import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { loadContract } from "../../../packages/configstream/src/core-agent/contract.js";
import { readEventReport, readIssueReport, readIssueResolution } from "../../../src/wire/agent-reports.js";
import { agentSecureService, remoteAgentService } from "../../../src/wire/service-names.js";
import { damaged, field } from "../../support/agents/wire-bytes.js";

type Write = (message: unknown) => Buffer;
const contract = loadContract() as unknown as {
  readonly [service: string]: { readonly [method: string]: { readonly requestSerialize: Write } };
};
const writer = (service: string, method: string): Write => {
  const found = contract[service]?.[method];
  if (found === undefined) throw new Error(`the contract has no ${service}/${method}`);
  return found.requestSerialize;
};
const writeIssue = writer(agentSecureService, "ReportHealthIssue");
const writeResolution = writer(agentSecureService, "ResolveHealthIssue");
const writeEvents = writer(remoteAgentService, "ReportRemoteAgentEvent");
const text = fc.oneof(fc.string({ unit: "binary" }), fc.constantFrom("", "x".repeat(128), "ü".repeat(8_192), "😀"));

describe("what a core agent reads of a report", () => {
  it("of an issue is what proto-loader wrote, fields that it does not keep passed over", () => {
    const kept = fc.record({
      id: text,
      title: text,
      description: text,
      source: text,
      issueName: text,
      detectedAt: text,
    });
    fc.assert(
      fc.property(text, kept, fc.constantFrom(0, 1, 2, 3), (sessionId, issue, severity) => {
        const { issueName, detectedAt, ...rest } = issue;
        const message = {
          ...rest,
          issue_name: issueName,
          detected_at: detectedAt,
          severity,
          category: "configuration",
          tags: ["a", "b"],
          extra: { fields: { port: { number_value: 1 } } },
          remediation: { summary: "Do something.", steps: [{ order: 1, text: "First." }] },
        };
        const bytes = writeIssue({ remote_agent_session_id: sessionId, issue: message });
        expect(readIssueReport(bytes)).toEqual({ sessionId, issue: { ...issue, severity } });
      }),
    );
    expect(readIssueReport(Buffer.alloc(0))).toEqual({ sessionId: "", issue: undefined });
    const empty = { id: "", issueName: "", title: "", description: "", severity: 0, detectedAt: "", source: "" };
    expect(readIssueReport(writeIssue({ issue: {} })).issue).toEqual(empty);
    const twice = Buffer.concat([writeIssue({ issue: { id: "a", title: "b" } }), writeIssue({ issue: { id: "c" } })]);
    expect(readIssueReport(twice).issue).toEqual({ ...empty, id: "c", title: "b" });
  });

  it("that an issue is over, and of events, is what proto-loader wrote", () => {
    fc.assert(
      fc.property(text, fc.array(text, { maxLength: 4 }), (sessionId, sentences) => {
        const [issueId = ""] = sentences;
        const over = writeResolution({ remote_agent_session_id: sessionId, issue_id: issueId });
        expect(readIssueResolution(over)).toEqual({ sessionId, issueId });
        const events = sentences.map((message) => ({ message, invalid_api_key: {} }));
        const report = Buffer.concat([writeEvents({ session_id: sessionId, events }), field(9, Buffer.from("later"))]);
        expect(readEventReport(report)).toEqual({ sessionId, sentences });
      }),
    );
  });

  it("is read to its end or refused, whatever the bytes are", () => {
    const given = writeIssue({ remote_agent_session_id: "s", issue: { id: "a", severity: 2, tags: ["b"] } });
    fc.assert(
      fc.property(damaged(fc.constant(given)), (bytes) => {
        for (const read of [readIssueReport, readIssueResolution, readEventReport]) {
          try {
            read(bytes);
          } catch (thrown) {
            expect(thrown).toBeInstanceOf(RangeError);
          }
        }
      }),
    );
  });
});
