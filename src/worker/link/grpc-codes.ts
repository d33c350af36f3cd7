/** The gRPC status codes that the engine decides by, so that policy does not depend on a gRPC library. */
export const grpcCode = {
  ok: 0,
  cancelled: 1,
  unknown: 2,
  invalidArgument: 3,
  deadlineExceeded: 4,
  notFound: 5,
  permissionDenied: 7,
  resourceExhausted: 8,
  failedPrecondition: 9,
  aborted: 10,
  unimplemented: 12,
  internal: 13,
  unavailable: 14,
  unauthenticated: 16,
} as const;

/** True when the core agent no longer accepts the session (or the token) that came with the call. */
export function isRejection(code: number): boolean {
  return code === grpcCode.notFound || code === grpcCode.permissionDenied || code === grpcCode.unauthenticated;
}

/** True when the call got no answer from the core agent at all. */
export function isUnanswered(code: number): boolean {
  return code === grpcCode.deadlineExceeded || code === grpcCode.unavailable;
}

const names: ReadonlyMap<number, string> = new Map([
  [0, "OK"],
  [1, "CANCELLED"],
  [2, "UNKNOWN"],
  [3, "INVALID_ARGUMENT"],
  [4, "DEADLINE_EXCEEDED"],
  [5, "NOT_FOUND"],
  [6, "ALREADY_EXISTS"],
  [7, "PERMISSION_DENIED"],
  [8, "RESOURCE_EXHAUSTED"],
  [9, "FAILED_PRECONDITION"],
  [10, "ABORTED"],
  [11, "OUT_OF_RANGE"],
  [12, "UNIMPLEMENTED"],
  [13, "INTERNAL"],
  [14, "UNAVAILABLE"],
  [15, "DATA_LOSS"],
  [16, "UNAUTHENTICATED"],
]);

/** The name of a status code, as gRPC's documents write it. */
export function grpcCodeName(code: number): string {
  return names.get(code) ?? `code ${code}`;
}
