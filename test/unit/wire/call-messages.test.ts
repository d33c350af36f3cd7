import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type ConfigStreamRequest,
  loadContract,
  type RefreshRemoteAgentRequest,
  type RegisterRemoteAgentRequest,
  type RegisterRemoteAgentResponse,
} from "../../../packages/configstream/src/core-agent/contract.js";
import {
  readRefreshRequest,
  readRegisterRequest,
  readStreamRequest,
  writeRegistration,
} from "../../../src/wire/agent-messages.js";
import {
  readEmpty,
  readRegistration,
  writeRefreshRequest,
  writeRegisterRequest,
  writeStreamRequest,
} from "../../../src/wire/call-messages.js";
import { agentSecureService, remoteAgentService } from "../../../src/wire/service-names.js";
import { damaged, field } from "../../support/agents/wire-bytes.js";

interface Codec<Request, Response> {
  requestSerialize(request: Request): Buffer;
  requestDeserialize(bytes: Buffer): Request;
  responseSerialize(response: Response): Buffer;
}
interface Codecs {
  readonly RegisterRemoteAgent: Codec<RegisterRemoteAgentRequest, RegisterRemoteAgentResponse>;
  readonly RefreshRemoteAgent: Codec<RefreshRemoteAgentRequest, object>;
  readonly StreamConfigEvents: Codec<ConfigStreamRequest, object>;
}
const contract = loadContract() as unknown as { readonly [service: string]: Codecs };
const { RegisterRemoteAgent, RefreshRemoteAgent } = contract[remoteAgentService]!;
const { StreamConfigEvents } = contract[agentSecureService]!;

/** Long enough for lengths of two and three bytes. */
const text = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.string({ unit: "binary", maxLength: 400, size: "max" }),
  fc.constantFrom("", "x".repeat(127), "x".repeat(128), "ü".repeat(8_192), "\u0000", "😀"),
);
/** UTF-16 of any kind, halves of pairs included. */
const brokenText = fc
  .array(fc.oneof(fc.integer({ min: 0xd700, max: 0xe000 }), fc.nat(0xffff)), { maxLength: 20 })
  .map((units) => String.fromCharCode(...units));
const well = (broken: string): string => Buffer.from(broken).toString();
const hex = (bytes: Buffer): string => bytes.toString("hex");
/** Leaves out what proto3 leaves out. */
const filled = (message: { readonly [name: string]: string }) =>
  Object.fromEntries(Object.entries(message).filter(([, value]) => value !== ""));
const registration = (sessionId: string, recommendedRefreshIntervalSecs: number) => ({
  sessionId,
  recommendedRefreshIntervalSecs,
});
/** A field that no version knows, in every wire type, groups included. */
const unknown = Buffer.concat([
  Buffer.from([0x78, 0xff, 0x01]),
  Buffer.from([0x79, 1, 2, 3, 4, 5, 6, 7, 8]),
  field(15, Buffer.from("anything")),
  Buffer.from([0x7d, 1, 2, 3, 4]),
  Buffer.from([0x7b, 0x78, 0x01, 0x7c]),
]);

describe("a request", () => {
  const asContract = (
    pid: string,
    flavor: string,
    displayName: string,
    apiEndpointUri: string,
    processInstanceId: string,
  ) =>
    filled({
      pid,
      flavor,
      display_name: displayName,
      api_endpoint_uri: apiEndpointUri,
      process_instance_id: processInstanceId,
    });

  it("has the bytes that proto-loader gives the same message", () => {
    fc.assert(
      fc.property(text, text, text, text, text, (pid, flavor, displayName, apiEndpointUri, processInstanceId) => {
        const message = asContract(pid, flavor, displayName, apiEndpointUri, processInstanceId);
        const bytes = writeRegisterRequest({ pid, flavor, displayName, apiEndpointUri, processInstanceId });
        expect(hex(bytes)).toBe(hex(RegisterRemoteAgent.requestSerialize(message)));
        expect(RegisterRemoteAgent.requestDeserialize(bytes)).toEqual({ services: [], ...message });
      }),
    );
    fc.assert(
      fc.property(text, (given) => {
        const refresh = RefreshRemoteAgent.requestSerialize(filled({ session_id: given }));
        expect(hex(writeRefreshRequest({ sessionId: given }))).toBe(hex(refresh));
        const stream = StreamConfigEvents.requestSerialize(filled({ name: given }));
        expect(hex(writeStreamRequest({ name: given }))).toBe(hex(stream));
      }),
    );
  });

  it("names the services that are served, in order", () => {
    fc.assert(
      fc.property(fc.array(text, { maxLength: 5 }), (services) => {
        const named = services.filter((service) => service !== "");
        const bytes = writeRegisterRequest({
          pid: "1",
          flavor: "f",
          displayName: "d",
          apiEndpointUri: "u",
          services: named,
          processInstanceId: "",
        });
        const message = { ...asContract("1", "f", "d", "u", ""), services: named };
        expect(hex(bytes)).toBe(hex(RegisterRemoteAgent.requestSerialize(message)));
      }),
    );
  });

  it("is read by the core agent as proto-loader reads it, with fields that are not known and known ones twice", () => {
    fc.assert(
      fc.property(text, text, text, fc.array(text, { maxLength: 5 }), (pid, displayName, uri, services) => {
        const message = { ...asContract(pid, "f", displayName, uri, "i"), services };
        const bytes = Buffer.concat([unknown, RegisterRemoteAgent.requestSerialize({ pid: "first" }), unknown]);
        const read = readRegisterRequest(Buffer.concat([bytes, RegisterRemoteAgent.requestSerialize(message)]));
        const flavor = "f";
        const processInstanceId = "i";
        const expected = { pid: pid || "first", flavor, displayName, apiEndpointUri: uri, services, processInstanceId };
        expect(read).toEqual(expected);
        const session = Buffer.concat([unknown, RefreshRemoteAgent.requestSerialize({ session_id: pid }), unknown]);
        expect(readRefreshRequest(session)).toEqual({ sessionId: pid });
        const stream = Buffer.concat([unknown, StreamConfigEvents.requestSerialize({ name: pid }), unknown]);
        expect(readStreamRequest(stream)).toEqual({ name: pid });
      }),
    );
    expect(readRefreshRequest(Buffer.alloc(0))).toEqual({ sessionId: "" });
    for (const bytes of [Buffer.from("no message"), Buffer.from([0x0a, 5]), Buffer.from([0])]) {
      for (const read of [readRegisterRequest, readRefreshRequest, readStreamRequest]) {
        expect(() => read(bytes)).toThrow(RangeError);
      }
    }
  });

  it("carries U+FFFD for halves of surrogate pairs", () => {
    const sent = RefreshRemoteAgent.requestDeserialize(writeRefreshRequest({ sessionId: "a\ud800b\udc00" }));
    expect(sent.session_id).toBe("a\ufffdb\ufffd");
    fc.assert(
      fc.property(brokenText, brokenText, brokenText, (flavor, displayName, name) => {
        const register = writeRegisterRequest({
          pid: "1",
          flavor,
          displayName,
          apiEndpointUri: "u",
          processInstanceId: "i",
        });
        expect(RegisterRemoteAgent.requestDeserialize(register)).toEqual({
          services: [],
          ...asContract("1", well(flavor), well(displayName), "u", "i"),
        });
        expect(StreamConfigEvents.requestDeserialize(writeStreamRequest({ name }))).toEqual(
          filled({ name: well(name) }),
        );
      }),
    );
  });
});

describe("an answer", () => {
  const seconds = fc.oneof(fc.constantFrom(0, 1, 127, 128, 2 ** 31, 2 ** 32 - 1), fc.nat(2 ** 32 - 1));
  const answer: fc.Arbitrary<RegisterRemoteAgentResponse> = fc.record(
    { session_id: text, recommended_refresh_interval_secs: seconds },
    { requiredKeys: [] },
  );
  const encoded = answer.map((message) => RegisterRemoteAgent.responseSerialize(message));

  it("to a registration says what proto-loader was given, and zero values for what is absent", () => {
    fc.assert(
      fc.property(answer, (message) => {
        const { session_id = "", recommended_refresh_interval_secs = 0 } = message;
        const bytes = RegisterRemoteAgent.responseSerialize(message);
        expect(readRegistration(bytes)).toEqual(registration(session_id, recommended_refresh_interval_secs));
      }),
    );
    expect(readRegistration(Buffer.alloc(0))).toEqual(registration("", 0));
  });

  it("to a registration has the bytes that proto-loader gives it", () => {
    fc.assert(
      fc.property(text, seconds, (sessionId, recommendedRefreshIntervalSecs) => {
        const message = {
          ...filled({ session_id: sessionId }),
          ...(recommendedRefreshIntervalSecs === 0
            ? {}
            : { recommended_refresh_interval_secs: recommendedRefreshIntervalSecs }),
        };
        expect(hex(writeRegistration({ sessionId, recommendedRefreshIntervalSecs }))).toBe(
          hex(RegisterRemoteAgent.responseSerialize(message)),
        );
      }),
    );
  });

  it("may carry fields that are not known here, and known ones twice, of which the last counts", () => {
    const first = RegisterRemoteAgent.responseSerialize({ session_id: "a", recommended_refresh_interval_secs: 1 });
    const second = RegisterRemoteAgent.responseSerialize({ session_id: "b", recommended_refresh_interval_secs: 300 });
    const bytes = Buffer.concat([unknown, first, unknown, second, unknown]);
    expect(readRegistration(bytes)).toEqual(registration("b", 300));
    expect(readEmpty(bytes)).toEqual({});
    expect(readEmpty(Buffer.alloc(0))).toEqual({});
  });

  it("whose known fields have another wire type is read as if they were not there", () => {
    const bytes = Buffer.concat([Buffer.from([0x08, 5]), field(2, Buffer.from("soon"))]);
    expect(readRegistration(bytes)).toEqual(registration("", 0));
  });

  it("that is no message is refused", () => {
    const whole = RegisterRemoteAgent.responseSerialize({ session_id: "session" });
    for (const bytes of [whole.subarray(0, -1), Buffer.from("no message"), Buffer.from([0x0f]), Buffer.from([0])]) {
      expect(() => readRegistration(bytes)).toThrow(RangeError);
      expect(() => readEmpty(bytes)).toThrow(RangeError);
    }
  });

  it("of any bytes gives a text and a whole number of 32 bits, or is refused", () => {
    fc.assert(
      fc.property(fc.oneof(damaged(encoded), fc.uint8Array({ maxLength: 60 }).map(Buffer.from)), (bytes) => {
        const result = outcome(() => readRegistration(bytes as Buffer));
        // Both walk the same fields, so both refuse the same bytes.
        expect(outcome(() => readEmpty(bytes as Buffer)) === "refused").toBe(result === "refused");
        if (result === "refused") return;
        expect(typeof result.sessionId).toBe("string");
        expect(result.recommendedRefreshIntervalSecs >>> 0).toBe(result.recommendedRefreshIntervalSecs);
      }),
      { numRuns: 1_000 },
    );
  });
});

/** What it gives, or that it refuses by a `RangeError`; anything else that is thrown fails the test. */
function outcome<Result>(decode: () => Result): Result | "refused" {
  try {
    return decode();
  } catch (thrown) {
    if (thrown instanceof RangeError) return "refused";
    throw thrown;
  }
}
