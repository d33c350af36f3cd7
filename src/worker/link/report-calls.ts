/** Calls that report something to the core agent, each at the one service that has it. */
import type { ServiceError } from "@grpc/grpc-js";
import type { Report } from "../../wire/report-messages.js";
import type { CallOptions } from "../ports.js";
import { reportMethod } from "./methods.js";
import { type RegistryParts, unary } from "./registry-calls.js";

/** Rejects with a `TransportError`. */
export async function callReport(
  parts: RegistryParts,
  sessionId: string,
  report: Report,
  { deadlineMs }: CallOptions,
): Promise<void> {
  const method = reportMethod(report);
  try {
    await unary(parts, method.service, method, { sessionId, report }, Date.now() + deadlineMs);
  } catch (thrown) {
    throw parts.explain(method.name, thrown as ServiceError, deadlineMs, [sessionId]);
  }
}
