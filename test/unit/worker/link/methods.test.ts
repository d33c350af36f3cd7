import type { MethodDefinition } from "@grpc/grpc-js";
import { describe, expect, it } from "vitest";
import { loadContract } from "../../../../packages/configstream/src/core-agent/contract.js";
import { agentSecureService, remoteAgentService } from "../../../../src/wire/service-names.js";
import {
  methodPath,
  refreshMethod,
  registerMethod,
  streamMethod,
  streamPath,
} from "../../../../src/worker/link/methods.js";

interface Shape {
  readonly path: string;
  readonly requestStream: boolean;
  readonly responseStream: boolean;
}

/** Every method of a service in the contract, by its name. */
function contractOf(service: string): { [name: string]: Shape } {
  const methods = loadContract()[service] as { [name: string]: MethodDefinition<object, object> };
  const { ReportRemoteAgentEvent: _event, ReportHealthIssue: _issue, ResolveHealthIssue: _resolved, ...used } = methods;
  const shapeOf = ({ path, requestStream, responseStream }: Shape): Shape => ({ path, requestStream, responseStream });
  return Object.fromEntries(Object.entries(used).map(([name, method]) => [name, shapeOf(method)]));
}

const unary = (path: string): Shape => ({ path, requestStream: false, responseStream: false });

describe("the methods", () => {
  const registry = (service: string) =>
    Object.fromEntries(
      [registerMethod, refreshMethod].map(({ name }) => [name, unary(methodPath(service, name))] as const),
    );

  it("of the registry are at the paths of the contract, at both services, and the stream at one", () => {
    expect(contractOf(remoteAgentService)).toEqual(registry(remoteAgentService));
    expect(contractOf(agentSecureService)).toEqual({
      ...registry(agentSecureService),
      [streamMethod.name]: { path: streamPath, requestStream: false, responseStream: true },
    });
  });
});
