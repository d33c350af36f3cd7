import { describe, expect, it } from "vitest";
import { grpcCode } from "../../../../src/worker/link/grpc-codes.js";
import {
  explainFailure,
  type FailedCall,
  type FailureContext,
  isTooManyPings,
} from "../../../../src/worker/link/grpc-failure.js";

const context: FailureContext = {
  address: "agent:5001",
  tls: true,
  authTokenFile: "/run/auth_token",
  ipcCertFile: "/run/ipc_cert.pem",
  maxReceiveMessageBytes: 1_000,
  timeoutMs: 5_000,
  secrets: ["the-token", "the-session", ""],
};

function failed(changes: Partial<FailedCall>): FailedCall {
  return {
    call: "StreamConfigEvents",
    grpcCode: grpcCode.unavailable,
    details: "",
    socketError: undefined,
    secured: false,
    ...changes,
  };
}

const socket = (code: string, message = code) => failed({ socketError: { code, message } });

describe("the sentence for a failed call", () => {
  it.each([
    ["tls", "another certificate", socket("DEPTH_ZERO_SELF_SIGNED_CERT")],
    ["tls", "another certificate", socket("ERR_TLS_CERT_ALTNAME_INVALID")],
    ["tls", "has expired", socket("CERT_HAS_EXPIRED")],
    ["tls", "not valid yet", socket("CERT_NOT_YET_VALID")],
    ["tls", "refused the client certificate", socket("ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED")],
    ["tls", "does not speak TLS", socket("ERR_SSL_WRONG_VERSION_NUMBER")],
    ["tls", "ERR_SSL_UNSUPPORTED_PROTOCOL", socket("ERR_SSL_UNSUPPORTED_PROTOCOL")],
    ["tls", "refused the client certificate", socket("EPROTO", "write EPROTO: ssl3_read_bytes: SSL alert number 42")],
    ["tls", "refused the client certificate", socket("EPROTO", "tlsv13 alert 116")],
    ["tls", "failed (ERR_TLS_HANDSHAKE_TIMEOUT)", socket("ERR_TLS_HANDSHAKE_TIMEOUT")],
    [
      "tls",
      "right after the TLS handshake",
      failed({ secured: true, details: "No connection established. Last error: none" }),
    ],
    [
      "unavailable",
      "is not available: No connection established",
      failed({ secured: false, details: "No connection established" }),
    ],
    ["unavailable", "connection refused", socket("ECONNREFUSED")],
    ["unavailable", "broke.", failed({ details: "" })],
    ["unavailable", "not available: it sleeps.", failed({ details: "it sleeps." })],
    ["unavailable", "connection refused", failed({ details: "connect ECONNREFUSED 127.0.0.1:1" })],
    ["unavailable", "could not be resolved", failed({ details: "Name resolution failed for target dns:agent:5001" })],
    ["unavailable", "over the network", failed({ details: "connect EHOSTUNREACH 10.0.0.1:5001" })],
    ["unavailable", "IPC port", failed({ details: "read ECONNRESET" })],
    ["unavailable", "broke", failed({ details: "Connection dropped" })],
    ["unavailable", "something new", failed({ details: "something new" })],
    ["unavailable", "did not answer", failed({ grpcCode: grpcCode.deadlineExceeded })],
    ["unavailable", "too often", failed({ grpcCode: 8, details: "Bandwidth exhausted or memory limit exceeded" })],
    [
      "unauthenticated",
      "refused the token from /run/auth_token (UNAUTHENTICATED); check that the file belongs",
      failed({ call: "RegisterRemoteAgent", grpcCode: grpcCode.unauthenticated }),
    ],
    ["unauthenticated", "session or the token from /run/auth_token (PERMISSION_DENIED)", failed({ grpcCode: 7 })],
    ["registration", "NOT_FOUND", failed({ call: "RegisterRemoteAgent", grpcCode: grpcCode.notFound })],
    ["registration", "does not offer", failed({ call: "RegisterRemoteAgent", grpcCode: grpcCode.unimplemented })],
    ["registration", "cut off", failed({ call: "RegisterRemoteAgent", grpcCode: grpcCode.cancelled })],
    ["stream", "with INTERNAL.", failed({ grpcCode: grpcCode.internal })],
    ["stream", "INTERNAL: a < b is larger than c", failed({ grpcCode: 13, details: "a < b is larger than c" })],
    ["stream", "INTERNAL: Bandwidth exhausted", failed({ grpcCode: 13, details: "Bandwidth exhausted" })],
    ["stream", "RESOURCE_EXHAUSTED: all is taken", failed({ grpcCode: 8, details: "all is taken" })],
    ["message_too_large", "sent a message, over", failed({ grpcCode: 8, details: "it is larger than allowed" })],
    ["message_too_large", "a message of 512 bytes,", failed({ grpcCode: 8, details: "larger than max (512 vs 4)" })],
    ["unauthenticated", "session or the token", failed({ grpcCode: grpcCode.unauthenticated })],
    ["unauthenticated", "does not know the session", failed({ grpcCode: grpcCode.notFound })],
    [
      "message_too_large",
      "raise maxReceiveMessageBytes",
      failed({ grpcCode: 8, details: "message larger than max (5 vs 4)" }),
    ],
    ["stream", "too old", failed({ grpcCode: grpcCode.unimplemented })],
    ["stream", "cut off", failed({ grpcCode: grpcCode.cancelled })],
    ["stream", "INTERNAL: it broke", failed({ grpcCode: grpcCode.internal, details: "it broke" })],
    ["registration", "INTERNAL", failed({ call: "RegisterRemoteAgent", grpcCode: grpcCode.internal })],
  ])("has code %s and says: %s", (code, words, call) => {
    const error = explainFailure(call, context);
    expect(error).toMatchObject({ code, grpcCode: call.grpcCode, retryable: true });
    expect(error.message).toContain(words);
    expect(error.message).toContain("agent:5001");
    expect(error.message).toMatch(/\.$/);
  });

  it("never holds the token or the session id, whatever the core agent wrote", () => {
    for (let status = 1; status <= 17; status++) {
      const details = "session the-session with Bearer the-token\nis not wanted";
      const { message } = explainFailure(failed({ grpcCode: status, details }), context);
      expect(message).not.toMatch(/the-session|the-token|\n/);
    }
  });

  it("does not pass on what looks like a token or a value that only the core agent knows of", () => {
    const details =
      'cannot set "api_key" to "planted \\"inner\\" planted": Authorization: Bearer pla.nted was 0123456789abcdef0123 ' +
      "for session 123e4567-e89b-12d3-a456-426614174000, 'planted', after 3 tries";
    const { message } = explainFailure(failed({ grpcCode: grpcCode.internal, details }), context);
    expect(message).toBe(
      "StreamConfigEvents failed at the core agent at agent:5001 with INTERNAL: " +
        'cannot set "…" to "…": Authorization: bearer [secret] was … for session …, \'…\', after 3 tries.',
    );
  });

  it("quotes at most 200 characters", () => {
    const { message } = explainFailure(failed({ grpcCode: grpcCode.internal, details: "x".repeat(10_000) }), context);
    expect(message.length).toBeLessThan(400);
    const quoteOf = (details: string) => explainFailure(failed({ grpcCode: 13, details }), context).message;
    expect(quoteOf("x ".repeat(100).slice(0, -1).concat("x"))).toContain(`INTERNAL: ${"x ".repeat(99)}xx.`);
    expect(quoteOf("xy".repeat(100))).toContain(`INTERNAL: ${"xy".repeat(100)}.`);
    expect(quoteOf("xy".repeat(101))).toContain(`INTERNAL: ${"xy".repeat(100)}….`);
  });

  it("quotes in one line, without blanks around it, and leaves long words as they are", () => {
    const details = "\n  Bearer   abc  has\tno incomprehensibilities  ";
    const { message } = explainFailure(failed({ grpcCode: grpcCode.internal, details }), context);
    expect(message).toMatch(/INTERNAL: bearer \[secret\] has no incomprehensibilities\.$/);
  });

  it("says of an answer that no gRPC knows that it cannot be read, and counts it as unknown", () => {
    for (const [call, code] of [
      ["StreamConfigEvents", "stream"],
      ["RegisterRemoteAgent", "registration"],
    ] as const) {
      const error = explainFailure(failed({ call, grpcCode: Number.NaN }), context);
      expect(error).toMatchObject({ code, grpcCode: grpcCode.unknown });
      expect(error.message).toContain(`The answer to ${call} from agent:5001 cannot be read`);
    }
  });

  it("does not blame TLS where it is switched off", () => {
    const plain = { ...context, tls: false };
    expect(
      explainFailure({ ...socket("ERR_SSL_WRONG_VERSION_NUMBER"), details: "Connection dropped" }, plain).code,
    ).toBe("unavailable");
    const closed = failed({ secured: true, details: "No connection established" });
    expect(explainFailure(closed, plain).code).toBe("unavailable");
  });
});

describe("too many pings", () => {
  it("is told apart from a message over the limit and from a full core agent", () => {
    const exhausted = (details: string) => failed({ grpcCode: grpcCode.resourceExhausted, details });
    expect(isTooManyPings(exhausted("Bandwidth exhausted or memory limit exceeded"))).toBe(true);
    expect(isTooManyPings(failed({ details: "GOAWAY received: ENHANCE_YOUR_CALM, too_many_pings" }))).toBe(true);
    expect(isTooManyPings(exhausted("Received message larger than max (5 vs 4)"))).toBe(false);
    expect(isTooManyPings(failed({ details: "Bandwidth exhausted" }))).toBe(false);
    expect(isTooManyPings(exhausted("too many subscribers"))).toBe(false);
  });
});
