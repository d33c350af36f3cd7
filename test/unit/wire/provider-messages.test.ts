import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { loadContract } from "../../../packages/configstream/src/core-agent/contract.js";
import { readExecuteRequest, writeCommandFrame, writeCommandList } from "../../../src/wire/command-messages.js";
import { writeFlareFiles, writeStatusDetails, writeTelemetry } from "../../../src/wire/provider-messages.js";
import { writeEventReport, writeIssueReport, writeIssueResolution } from "../../../src/wire/report-messages.js";
import { agentSecureService, providerService, remoteAgentService } from "../../../src/wire/service-names.js";
import { damaged, field } from "../../support/agents/wire-bytes.js";

interface Codec {
  requestSerialize(request: unknown): Buffer;
  requestDeserialize(bytes: Buffer): unknown;
  responseSerialize(response: unknown): Buffer;
  responseDeserialize(bytes: Buffer): unknown;
}
const contract = loadContract() as unknown as { readonly [service: string]: { readonly [method: string]: Codec } };
const codec = (service: string, method: string): Codec => {
  const found = contract[service]?.[method];
  if (found === undefined) throw new Error(`the contract has no ${service}/${method}`);
  return found;
};
const hex = (bytes: Buffer): string => bytes.toString("hex");

/** Long enough for lengths of two and three bytes. */
const text = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.constantFrom("", "x".repeat(127), "x".repeat(128), "ü".repeat(8_192), "\u0000", "😀"),
);
/** Those that proto-loader keeps as they are: it would turn `__proto__` into a prototype. */
const name = text.filter((given) => given !== "__proto__");
const map = <T>(value: fc.Arbitrary<T>) =>
  fc.uniqueArray(fc.tuple(name, value), { selector: ([key]) => key, maxLength: 6 }).map((pairs) => new Map(pairs));
const asObject = (entries: ReadonlyMap<string, unknown>) => Object.fromEntries(entries);

describe("an answer of a provider", () => {
  it("carries status sections as proto-loader reads them, empty titles, values and sections included", () => {
    const { responseDeserialize } = codec(providerService.status, "GetStatusDetails");
    fc.assert(
      fc.property(map(text), map(map(text)), (main, named) => {
        const read = responseDeserialize(writeStatusDetails({ main, named })) as {
          main_section: { fields?: object };
          named_sections?: { [title: string]: { fields?: object } };
        };
        expect(read.main_section.fields ?? {}).toEqual(asObject(main));
        const sections = Object.entries(read.named_sections ?? {}).map(([title, { fields }]) => [title, fields ?? {}]);
        expect(Object.fromEntries(sections)).toEqual(
          Object.fromEntries([...named].map(([title, fields]) => [title, asObject(fields)])),
        );
      }),
    );
  });

  it("carries metrics with the bytes that proto-loader gives them", () => {
    const { responseSerialize } = codec(providerService.telemetry, "GetTelemetry");
    fc.assert(
      fc.property(text, (given) => {
        expect(hex(writeTelemetry(given))).toBe(hex(responseSerialize({ prom_text: given })));
      }),
    );
  });

  it("carries files as proto-loader reads them", () => {
    const { responseDeserialize } = codec(providerService.flare, "GetFlareFiles");
    fc.assert(
      fc.property(map(text), (files) => {
        const read = responseDeserialize(writeFlareFiles(files)) as { files?: { [file: string]: Buffer } };
        const contents = Object.entries(read.files ?? {}).map(([file, bytes]) => [file, bytes.toString()]);
        expect(Object.fromEntries(contents)).toEqual(asObject(files));
      }),
    );
  });

  it("lists commands with the bytes that proto-loader gives them", () => {
    const { responseSerialize } = codec(providerService.command, "ListCommands");
    const parameter = fc.record({ name: text, help: text, type: fc.constantFrom(0, 1), isRequired: fc.boolean() });
    const command = fc.record({ name: text, help: text, parameters: fc.array(parameter, { maxLength: 3 }) });
    const provider = fc.record({ name: text, description: text, commands: fc.array(command, { maxLength: 3 }) });
    const filled = (fields: { readonly [name: string]: unknown }) =>
      Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== "" && value !== false && value !== 0));
    fc.assert(
      fc.property(fc.array(provider, { maxLength: 2 }), (providers) => {
        const message = providers.map(({ commands, ...rest }) => ({
          ...filled(rest),
          commands: commands.map(({ parameters, ...own }) => ({
            ...filled({ name: own.name, helper: own.help }),
            is_runnable: true,
            parameters: parameters.map(({ help, isRequired, ...given }) =>
              filled({ ...given, helper: help, required: isRequired }),
            ),
          })),
        }));
        expect(hex(writeCommandList(providers))).toBe(hex(responseSerialize({ providers: message })));
      }),
    );
  });

  it("sends output and exit code in frames with the bytes that proto-loader gives them, the code 0 included", () => {
    const { responseSerialize } = codec(providerService.command, "ExecuteCommand");
    fc.assert(
      fc.property(text, fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), (given, code) => {
        expect(hex(writeCommandFrame({ kind: "stdout", text: given }))).toBe(hex(responseSerialize({ stdout: given })));
        expect(hex(writeCommandFrame({ kind: "stderr", text: given }))).toBe(hex(responseSerialize({ stderr: given })));
        expect(hex(writeCommandFrame({ kind: "exit", code }))).toBe(hex(responseSerialize({ exit_code: code })));
      }),
    );
  });
});

describe("a request to run a command", () => {
  const { requestSerialize } = codec(providerService.command, "ExecuteCommand");

  it("is read as proto-loader wrote it", () => {
    fc.assert(
      fc.property(text, fc.array(text, { maxLength: 4 }), map(text), (providerName, commandPath, given) => {
        const fields = Object.fromEntries([...given].map(([key, value]) => [key, { string_value: value }]));
        const bytes = requestSerialize({
          provider_name: providerName,
          command_path: commandPath,
          arguments: { fields },
        });
        expect(readExecuteRequest(bytes)).toEqual({ providerName, commandPath, arguments: asObject(given) });
      }),
    );
  });

  it("may lack everything, and may have fields that are not known", () => {
    const nothing = { providerName: "", commandPath: [], arguments: {} };
    expect(readExecuteRequest(Buffer.alloc(0))).toEqual(nothing);
    expect(readExecuteRequest(field(15, Buffer.from("anything")))).toEqual(nothing);
  });

  it("whatever its bytes are, is read or refused with an error of a known kind", () => {
    const whole = requestSerialize({
      provider_name: "configstream",
      command_path: ["explain"],
      arguments: { fields: { key: { string_value: "log_level" } } },
    });
    fc.assert(
      fc.property(damaged(fc.constant(whole)), (bytes) => {
        try {
          readExecuteRequest(bytes);
        } catch (thrown) {
          expect((thrown as Error).name).toMatch(/^(RangeError|ConfigStreamError)$/);
        }
      }),
    );
  });
});

describe("a report", () => {
  const plain = fc.oneof(text, fc.boolean(), fc.double({ noNaN: true, noDefaultInfinity: true }), fc.constant(null));

  it("of an issue is read by proto-loader as it was written", () => {
    const { requestDeserialize } = codec(agentSecureService, "ReportHealthIssue");
    const issues = fc.record({
      id: text,
      issueName: text,
      title: text,
      description: text,
      category: text,
      location: text,
      severity: fc.constantFrom(0, 1, 2, 3),
      detectedAt: text,
      source: text,
      extra: map(plain).map(asObject) as fc.Arbitrary<{ [name: string]: string | boolean | number | null }>,
      tags: fc.array(text, { maxLength: 3 }),
      issueType: text,
    });
    const severities = ["UNSPECIFIED", "LOW", "MEDIUM", "HIGH"].map((level) => `ISSUE_SEVERITY_${level}`);
    const filled = (fields: { readonly [name: string]: unknown }) =>
      Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== ""));
    fc.assert(
      fc.property(text, issues, (sessionId, issue) => {
        const read = requestDeserialize(writeIssueReport(sessionId, issue)) as {
          remote_agent_session_id?: string;
          issue: { [name: string]: unknown };
        };
        const { extra, severity, tags = [], ...rest } = read.issue;
        expect(read.remote_agent_session_id ?? "").toBe(sessionId);
        expect(severity ?? severities[0]).toBe(severities[issue.severity]);
        expect(tags).toEqual(issue.tags);
        const fields = (extra as { fields?: { [name: string]: { [kind: string]: unknown } } }).fields ?? {};
        const values = Object.entries(fields).map(([key, value]) => [
          key,
          "null_value" in value ? null : Object.values(value)[0],
        ]);
        expect(Object.fromEntries(values)).toEqual(issue.extra);
        expect(rest).toEqual(
          filled({
            id: issue.id,
            issue_name: issue.issueName,
            title: issue.title,
            description: issue.description,
            category: issue.category,
            location: issue.location,
            detected_at: issue.detectedAt,
            source: issue.source,
            issue_type: issue.issueType,
          }),
        );
      }),
    );
  });

  it("that an issue is over, and one of events, have the bytes that proto-loader gives them", () => {
    const resolve = codec(agentSecureService, "ResolveHealthIssue");
    const report = codec(remoteAgentService, "ReportRemoteAgentEvent");
    const filled = (fields: { readonly [name: string]: string }) =>
      Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== ""));
    fc.assert(
      fc.property(text, text, (session, other) => {
        expect(hex(writeIssueResolution(session, other))).toBe(
          hex(resolve.requestSerialize(filled({ remote_agent_session_id: session, issue_id: other }))),
        );
        expect(hex(writeEventReport(session, [other, "b"]))).toBe(
          hex(
            report.requestSerialize({
              ...filled({ session_id: session }),
              events: [filled({ message: other }), { message: "b" }],
            }),
          ),
        );
      }),
    );
  });
});
