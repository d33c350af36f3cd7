/**
 * How a consumer reaches its core agent, for `configstream doctor`, whose verdict is thereby the consumer's. Loads gRPC. For the
 * package `configstream` alone, in the same version: nothing here is stable.
 *
 * @module configstream-consumer/internal/link
 */
export { parseCertificateFile, readText, readToken } from "../worker/link/credentials.js";
export { grpcCode, grpcCodeName } from "../worker/link/grpc-codes.js";
export { explainFailure, GrpcCallError, type SocketFailure } from "../worker/link/grpc-failure.js";
export { pinnedTrust, serverNameOverride } from "../worker/link/tls-trust.js";
export { createGrpcTransport, quietGrpcLog } from "../worker/link/transport.js";
export type { Connection, Credentials, StreamCall, TransportError } from "../worker/ports.js";
