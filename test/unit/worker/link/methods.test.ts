import type { MethodDefinition } from "@grpc/grpc-js";
import { describe, expect, it } from "vitest";
import { loadContract } from "../../../../packages/configstream/src/core-agent/contract.js";
import type { Report } from "../../../../src/wire/report-messages.js";
import { agentSecureService, remoteAgentService } from "../../../../src/wire/service-names.js";
import {
  methodPath,
  refreshMethod,
  registerMethod,
  reportMethod,
  streamMethod,
  streamPath,
} from "../../../../src/worker/link/methods.js";
import { issueOf } from "../../../../src/worker/reporting/held-report.js";

interface Shape {
  readonly path: string;
  readonly requestStream: boolean;
  readonly responseStream: boolean;
}

/** Every method of a service in the contract, by its name. */
function contractOf(service: string): { [name: string]: Shape } {
  const methods = loadContract()[service] as { [name: string]: MethodDefinition<object, object> };
  const shapeOf = ({ path, requestStream, responseStream }: Shape): Shape => ({ path, requestStream, responseStream });
  return Object.fromEntries(Object.entries(methods).map(([name, method]) => [name, shapeOf(method)]));
}

const unary = (path: string): Shape => ({ path, requestStream: false, responseStream: false });

const reports = (...given: readonly Report[]) =>
  Object.fromEntries(
    given.map(reportMethod).map(({ name, service }) => [name, unary(methodPath(service, name))] as const),
  );
const issue = issueOf(
  { clientName: "one", displayName: "The one" },
  { key: "port", rule: "an integer", sinceMs: 0, source: "file", sequenceId: 1 },
);

describe("the methods", () => {
  const registry = (service: string) =>
    Object.fromEntries(
      [registerMethod, refreshMethod].map(({ name }) => [name, unary(methodPath(service, name))] as const),
    );

  it("of the registry are at the paths of the contract, at both services, and stream and reports at one", () => {
    expect(contractOf(remoteAgentService)).toEqual({
      ...registry(remoteAgentService),
      ...reports({ kind: "events", sentences: [] }),
    });
    expect(contractOf(agentSecureService)).toEqual({
      ...registry(agentSecureService),
      ...reports({ kind: "issue", issue }, { kind: "resolution", issueId: "" }),
      [streamMethod.name]: { path: streamPath, requestStream: false, responseStream: true },
    });
  });
});
