/**
 * Turns a failed gRPC call into one clear sentence: what happened, at which address, and what to do.
 *
 * What the core agent wrote is never passed on for refusals, and only with secrets cut out otherwise: servers like to quote
 * the session id that they did not accept.
 */
import { ConfigStreamError, type ErrorCode } from "../../shared/errors.js";
import { explained } from "../../shared/text/explained.js";
import type { TransportError } from "../ports.js";
import { grpcCode, grpcCodeName } from "./grpc-codes.js";

/** The calls that the consumer makes. */
export type CallName =
  | "RegisterRemoteAgent"
  | "RefreshRemoteAgent"
  | "StreamConfigEvents"
  | "ReportHealthIssue"
  | "ResolveHealthIssue"
  | "ReportRemoteAgentEvent";

/** What is known about a failed call. */
export interface FailedCall {
  readonly call: CallName;
  readonly grpcCode: number;
  /** Status text, from the core agent or from the gRPC library. */
  readonly details: string;
  /** The socket's own error, when the connection could not be set up or broke. */
  readonly socketError: SocketFailure | undefined;
  /** The connection had got through the TLS handshake. */
  readonly secured: boolean;
}

/** The part of a Node.js socket error that says what happened. */
export interface SocketFailure {
  readonly code: string;
  readonly message: string;
}

/** What the sentence names. */
export interface FailureContext {
  readonly address: string;
  readonly tls: boolean;
  readonly authTokenFile: string;
  readonly ipcCertFile: string;
  readonly maxReceiveMessageBytes: number;
  readonly timeoutMs: number;
  /** Texts that must not appear in the sentence. */
  readonly secrets: readonly string[];
}

/** A failed call, as the engine gets it. */
export class GrpcCallError extends ConfigStreamError implements TransportError {
  readonly grpcCode: number;

  constructor(code: ErrorCode, status: number, what: string, advice?: string) {
    super(code, ...explained(what, advice));
    this.grpcCode = status;
  }
}

/**
 * An event of a kind that this version does not know. It carries no sequence id that could be missing, so it is counted and
 * passed over, and a core agent that is newer than this library does not cause a resync.
 */
export class UnknownEventError extends ConfigStreamError {
  constructor() {
    super("bad_message", "The core agent sent an event that is neither a snapshot nor an update; it was passed over.");
  }
}

/** True when the core agent closed the connection because keepalive pings came too often. */
export function isTooManyPings(failed: FailedCall): boolean {
  const { details } = failed;
  // By its text: grpc-js hands on neither the code nor the data of a GOAWAY in a field.
  return (
    /too_many_pings|enhance_your_calm/i.test(details) ||
    // What grpc-js makes of a stream that a GOAWAY with ENHANCE_YOUR_CALM took along.
    (failed.grpcCode === grpcCode.resourceExhausted && details.startsWith("Bandwidth exhausted"))
  );
}

/** Explains a failed call. */
export function explainFailure(failed: FailedCall, context: FailureContext): GrpcCallError {
  const [code, what, advice] = sentenceFor(failed, context);
  const status = Number.isInteger(failed.grpcCode) ? failed.grpcCode : grpcCode.unknown;
  return new GrpcCallError(code, status, what, advice);
}

/** What happened and what to do, without full stops. */
type Sentence = readonly [ErrorCode, what: string, advice?: string];

function sentenceFor(failed: FailedCall, context: FailureContext): Sentence {
  if (isTooManyPings(failed)) return tooManyPings(context);
  const status = failed.grpcCode;
  // What grpc-js makes of a compression that it does not know, and of a status that is no number.
  if (!Number.isInteger(status)) return unreadable(failed, context);
  // By grpc-js's text: a message that is too large has the status of a peer without room, and no field beside it.
  if (status === grpcCode.resourceExhausted && /larger than/.test(failed.details)) return tooLarge(failed, context);
  if (status === grpcCode.unauthenticated || status === grpcCode.permissionDenied) return refused(failed, context);
  if (status === grpcCode.notFound && failed.call !== "RegisterRemoteAgent") return unknownSession(failed, context);
  if (status === grpcCode.unimplemented) return unimplemented(failed, context);
  if (status === grpcCode.deadlineExceeded) return noAnswer(failed, context);
  if (status === grpcCode.unavailable) return unavailable(failed, context);
  if (status === grpcCode.cancelled) return cutOff(failed, context);
  return otherStatus(failed, context);
}

function unreadable({ call }: FailedCall, { address }: FailureContext): Sentence {
  return [
    call === "StreamConfigEvents" ? "stream" : "registration",
    `The answer to ${call} from ${address} cannot be read: its compression or its status is not one that gRPC knows`,
    `check that nothing between the two changes what is sent, and that this is the core agent's IPC port`,
  ];
}

function tooManyPings({ address }: FailureContext): Sentence {
  return [
    "unavailable",
    `The core agent at ${address} closed the connection because keepalive pings came too often`,
    `they are sent less often from now on`,
  ];
}

function tooLarge(failed: FailedCall, { address, maxReceiveMessageBytes }: FailureContext): Sentence {
  const size = /larger than max \((\d+) vs/.exec(failed.details)?.[1];
  const what = size === undefined ? "a message" : `a message of ${size} bytes`;
  return [
    "message_too_large",
    `The core agent at ${address} sent ${what}, over the limit of ${maxReceiveMessageBytes} bytes`,
    `raise maxReceiveMessageBytes`,
  ];
}

function refused(failed: FailedCall, context: FailureContext): Sentence {
  const who = `The core agent at ${context.address}`;
  const status = grpcCodeName(failed.grpcCode);
  const file = context.authTokenFile;
  return failed.call === "RegisterRemoteAgent"
    ? [
        "unauthenticated",
        `${who} refused the token from ${file} (${status})`,
        "check that the file belongs to this core agent",
      ]
    : ["unauthenticated", `${who} refused the session or the token from ${file} (${status})`];
}

function unknownSession(failed: FailedCall, { address }: FailureContext): Sentence {
  return [
    "unauthenticated",
    `The core agent at ${address} does not know the session (${grpcCodeName(failed.grpcCode)})`,
  ];
}

function unimplemented(failed: FailedCall, { address }: FailureContext): Sentence {
  const code = failed.call === "StreamConfigEvents" ? "stream" : "registration";
  return [
    code,
    `The core agent at ${address} does not offer ${failed.call} (UNIMPLEMENTED)`,
    `it may be too old, its remote agent registry may be switched off, or this is not its IPC port`,
  ];
}

function noAnswer(failed: FailedCall, { address, timeoutMs }: FailureContext): Sentence {
  return ["unavailable", `The core agent at ${address} did not answer ${failed.call} within ${timeoutMs} ms`];
}

function cutOff(failed: FailedCall, { address }: FailureContext): Sentence {
  const code = failed.call === "StreamConfigEvents" ? "stream" : "registration";
  return [
    code,
    `${failed.call} was cut off by the core agent at ${address}, or by the end of the connection (CANCELLED)`,
  ];
}

const foreignCertificate = new Set([
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "CERT_SIGNATURE_FAILURE",
  "CERT_UNTRUSTED",
  "CERT_REJECTED",
  "INVALID_CA",
  "INVALID_PURPOSE",
  "ERR_TLS_CERT_ALTNAME_INVALID",
]);

function unavailable(failed: FailedCall, context: FailureContext): Sentence {
  const { address } = context;
  const tls = context.tls ? tlsSentence(failed.socketError, context) : undefined;
  if (tls !== undefined) return tls;
  const { details } = failed;
  // The socket's error has a code. Where no socket of ours failed, as in the resolver of names, grpc-js passes on text alone.
  const seen = `${failed.socketError?.code ?? ""} ${details}`;
  if (seen.includes("ECONNREFUSED")) {
    return [
      "unavailable",
      `Nothing accepts connections at ${address} (connection refused)`,
      `check that the core agent runs and that the address is right`,
    ];
  }
  if (/ENOTFOUND|EAI_AGAIN|Name resolution failed/.test(seen)) {
    return ["unavailable", `The host name in ${address} could not be resolved`, `check the address`];
  }
  if (/ETIMEDOUT|EHOSTUNREACH|ENETUNREACH/.test(seen)) {
    return ["unavailable", `The core agent at ${address} could not be reached over the network`, `check the address`];
  }
  if (context.tls && failed.secured && details.startsWith("No connection established")) {
    return closedAfterHandshake(context);
  }
  if (/ECONNRESET|EPIPE|socket disconnected|socket hang up|Socket closed|Failed to connect|handshake/i.test(seen)) {
    return closedEarly(context);
  }
  if (/Connection dropped|Stream refused/.test(details) || details === "") {
    return ["unavailable", `The connection to the core agent at ${address} broke`];
  }
  return ["unavailable", `The core agent at ${address} is not available: ${quoted(details, context)}`];
}

/** In TLS 1.3 the client is done before the server has looked at its certificate; some servers then just hang up. */
function closedAfterHandshake({ address, ipcCertFile }: FailureContext): Sentence {
  return [
    "tls",
    `The core agent at ${address} closed the connection right after the TLS handshake`,
    `most likely it does not accept the client certificate from ${ipcCertFile}`,
  ];
}

function closedEarly({ address, tls }: FailureContext): Sentence {
  const mode = tls ? "uses TLS" : "is without TLS";
  return [
    "unavailable",
    `The other side closed the connection to ${address} while it was being used`,
    `if this repeats, check that it is the core agent's IPC port and that it ${mode}`,
  ];
}

function tlsSentence(error: SocketFailure | undefined, context: FailureContext): Sentence | undefined {
  if (error === undefined) return undefined;
  const { address, ipcCertFile } = context;
  if (foreignCertificate.has(error.code)) {
    return [
      "tls",
      `The core agent at ${address} showed another certificate than the one in ${ipcCertFile}`,
      `check that the file and the address belong to the same core agent`,
    ];
  }
  if (error.code === "CERT_HAS_EXPIRED") {
    return ["tls", `The certificate of the core agent at ${address} has expired`, `renew ${ipcCertFile}`];
  }
  if (error.code === "CERT_NOT_YET_VALID") {
    return ["tls", `The certificate of the core agent at ${address} is not valid yet`, `check this machine's clock`];
  }
  // By OpenSSL's text as well: an alert that arrives while something is written has the code EPROTO alone.
  if (/alert (number )?\d+|ALERT/.test(`${error.code} ${error.message}`)) {
    return [
      "tls",
      `The core agent at ${address} refused the client certificate from ${ipcCertFile} or the TLS settings`,
      `check that the file belongs to this core agent`,
    ];
  }
  if (/WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST/.test(error.code)) {
    return ["tls", `What listens at ${address} does not speak TLS`, `check that it is the core agent's IPC port`];
  }
  if (error.code.startsWith("ERR_SSL_") || error.code.startsWith("ERR_TLS_")) {
    return ["tls", `TLS with the core agent at ${address} failed (${error.code})`];
  }
  return undefined;
}

function otherStatus(failed: FailedCall, context: FailureContext): Sentence {
  const code = failed.call === "StreamConfigEvents" ? "stream" : "registration";
  const said = failed.details === "" ? "" : `: ${quoted(failed.details, context)}`;
  const text = `${failed.call} failed at the core agent at ${context.address} with ${grpcCodeName(failed.grpcCode)}${said}`;
  return [code, text];
}

/** What the other side said, without a full stop of its own. */
function quoted(details: string, context: FailureContext): string {
  const text = clean(details, context);
  return text.endsWith(".") ? text.slice(0, -1) : text;
}

const longestQuote = 200;
/** Each character can be read in one way only: the text is the core agent's, and must not be able to hold up this thread. */
const quotation = /(?<!\w)(?:"(?:[^"\\]|\\.)*(?:"|\\?$)|'(?:[^'\\]|\\.)*(?:'|\\?$)|`(?:[^`\\]|\\.)*(?:`|\\?$))/gs;

/** Takes out what may be a secret or a setting's value that only the core agent knows of. */
function withoutSuspicious(text: string): string {
  return (
    text
      .replace(/\bbearer\s+\S+/gi, "bearer [secret]")
      // What stands in quotes is a value more often than not; without an end it goes on to the end of the text.
      .replace(quotation, ([quote = ""]) => `${quote}…${quote}`)
      // Ids and keys: long words with a digit.
      .replace(/[A-Za-z0-9+/_=-]{16,}/g, (word) => (/\d/.test(word) ? "…" : word))
  );
}

function clean(details: string, { secrets }: FailureContext): string {
  // First, because a known secret that is an ordinary word would cut up an unknown one.
  let text = withoutSuspicious(details);
  for (const secret of secrets) if (secret !== "") text = text.replaceAll(secret, "[secret]");
  text = text.replace(/\s+/g, " ").trim();
  return text.length > longestQuote ? `${text.slice(0, longestQuote)}…` : text;
}
