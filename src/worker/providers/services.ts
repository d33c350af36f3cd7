/** The four services as grpc-js takes them: each call answered with bytes that are made here. */
import {
  Metadata,
  type Server,
  type ServerUnaryCall,
  type ServerWritableStream,
  type sendUnaryData,
} from "@grpc/grpc-js";
import {
  type ExecuteRequest,
  readExecuteRequest,
  writeCommandFrame,
  writeCommandList,
} from "../../wire/command-messages.js";
import { writeFlareFiles, writeStatusDetails, writeTelemetry } from "../../wire/provider-messages.js";
import { providerService } from "../../wire/service-names.js";
import { grpcCode } from "../link/grpc-codes.js";
import { commandProvider, runCommand } from "./commands.js";
import { flareFiles } from "./flare-files.js";
import type { Gate, Refusal } from "./gate.js";
import { prometheusText } from "./prometheus-text.js";
import type { ProviderSources } from "./sources.js";
import { statusDetails } from "./status-details.js";

export interface ServiceParts {
  readonly sources: ProviderSources;
  readonly gate: Gate;
  /** The session that the answers belong to. */
  readonly sessionId: () => string;
  /** Largest answer, in bytes. */
  readonly maxAnswerBytes: number;
}

type Unary = (call: ServerUnaryCall<Buffer, Buffer>, callback: sendUnaryData<Buffer>) => void;
type Stream = (call: ServerWritableStream<ExecuteRequest, Buffer>) => void;

export function addServices(server: Server, parts: ServiceParts): void {
  const { sources, maxAnswerBytes } = parts;
  const { region, params } = sources;
  const unary = (service: string, name: string, answer: () => Buffer) =>
    server.addService({ [name]: unaryMethod(service, name) }, { [name]: answering(parts, answer) });
  unary(providerService.status, "GetStatusDetails", () => writeStatusDetails(statusDetails(sources)));
  unary(providerService.telemetry, "GetTelemetry", () => writeTelemetry(prometheusText(region, params.clientName)));
  unary(providerService.flare, "GetFlareFiles", () => writeFlareFiles(flareFiles(sources, maxAnswerBytes)));
  server.addService(
    {
      ListCommands: unaryMethod(providerService.command, "ListCommands"),
      ExecuteCommand: {
        ...unaryMethod(providerService.command, "ExecuteCommand"),
        requestDeserialize: readExecuteRequest,
        responseStream: true,
      },
    },
    {
      ListCommands: answering(parts, () => writeCommandList([commandProvider(sources)])),
      ExecuteCommand: executing(parts),
    },
  );
}

const asIs = (bytes: Buffer): Buffer => bytes;

function unaryMethod(service: string, name: string) {
  return {
    path: `/${service}/${name}`,
    requestStream: false,
    responseStream: false,
    requestSerialize: asIs,
    // The requests have no fields, and one of a later version may have some that do not matter here.
    requestDeserialize: asIs,
    responseSerialize: asIs,
    responseDeserialize: asIs,
  };
}

function answering(parts: ServiceParts, answer: () => Buffer): Unary {
  return (call, callback) => {
    const refusal = letIn(parts, call);
    if (refusal !== undefined) return callback(refusal);
    const bytes = attempt(answer, parts.maxAnswerBytes);
    if (Buffer.isBuffer(bytes)) callback(null, bytes);
    else callback(bytes);
  };
}

function executing(parts: ServiceParts): Stream {
  return (call) => {
    const end = (refusal: Refusal) => void call.emit("error", refusal);
    const refusal = letIn(parts, call);
    if (refusal !== undefined) return end(refusal);
    runCommand(parts.sources, call.request).then(
      ({ code, stdout = "", stderr = "" }) => {
        if (Buffer.byteLength(stdout) + Buffer.byteLength(stderr) > parts.maxAnswerBytes)
          return end(tooLarge(parts.maxAnswerBytes));
        if (stdout !== "") call.write(writeCommandFrame({ kind: "stdout", text: stdout }));
        if (stderr !== "") call.write(writeCommandFrame({ kind: "stderr", text: stderr }));
        call.write(writeCommandFrame({ kind: "exit", code }));
        call.end();
      },
      () => end(failed),
    );
  };
}

/** Lets a call in and marks its answer with the session, or says why not; then nothing of the session shows. */
function letIn(
  { gate, sessionId }: ServiceParts,
  call: Pick<ServerUnaryCall<unknown, unknown>, "metadata" | "sendMetadata">,
): Refusal | undefined {
  const refusal = gate.pass(call.metadata.get("authorization")[0]?.toString());
  if (refusal !== undefined) return refusal;
  const metadata = new Metadata();
  metadata.set("session_id", sessionId());
  call.sendMetadata(metadata);
  return undefined;
}

/** What was thrown is not passed on, because its message may quote anything. */
const failed: Refusal = { code: grpcCode.internal, details: "The answer could not be made; a defect of the library." };

function tooLarge(maxBytes: number): Refusal {
  const details = `The answer would be larger than ${maxBytes} bytes (option "serve.maxAnswerBytes").`;
  return { code: grpcCode.resourceExhausted, details };
}

function attempt(answer: () => Buffer, maxBytes: number): Buffer | Refusal {
  try {
    const bytes = answer();
    return bytes.length > maxBytes ? tooLarge(maxBytes) : bytes;
  } catch {
    return failed;
  }
}
