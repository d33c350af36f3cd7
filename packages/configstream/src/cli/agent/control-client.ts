/** The end of the control socket that `configstream set` and `unset` use. */
import { request as httpRequest, type IncomingMessage } from "node:http";
import { dirname } from "node:path";
import { isForbidden, isUnattended, systemCode } from "configstream-consumer/internal";
import { readToken } from "configstream-consumer/internal/link";
import type { Place } from "../connection/place.js";
import { CommandFailure } from "../exit.js";
import {
  type ControlError,
  type ControlRequest,
  type ControlResponse,
  controlAddress,
  controlPath,
  type TrialResponse,
} from "./control-protocol.js";

/** Longer than the agent itself waits for a remote agent. */
const answerTimeoutMs = 20_000;

/** Rejects with a sentence that says what is in the way. */
export function sendControl(
  place: Pick<Place, "authTokenFile">,
  order: ControlRequest,
  signal: AbortSignal,
): Promise<ControlResponse> {
  return askControl(place, controlPath, order, signal);
}

/** What an order would change; nothing is. Rejects as {@link sendControl}. */
export function tryControl(
  place: Pick<Place, "authTokenFile">,
  order: ControlRequest,
  signal: AbortSignal,
): Promise<TrialResponse> {
  return askControl(place, controlPath, { ...order, dryRun: true }, signal);
}

/** As {@link sendControl}, for any resource of the agent; `T` is what the agent answers there. */
export async function askControl<T>(
  { authTokenFile }: Pick<Place, "authTokenFile">,
  path: string,
  order: object,
  signal: AbortSignal,
): Promise<T> {
  const directory = dirname(authTokenFile.value);
  const address = controlAddress(directory);
  if (address === undefined) throw new CommandFailure(`The path of ${directory} is too long for a control socket.`);
  const token = readToken(authTokenFile.value);
  const { status, text } = await post(address, token, path, JSON.stringify(order), signal);
  const answer = parseAnswer(text);
  if (status === 200 && answer !== undefined) return answer as T;
  const said = (answer as ControlError | undefined)?.error ?? `it answered with status ${status}`;
  throw new CommandFailure(`The agent at ${address} refused: ${said}`);
}

function post(
  address: string,
  token: string,
  path: string,
  body: string,
  signal: AbortSignal,
): Promise<{ readonly status: number; readonly text: string }> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
    const options = { socketPath: address, path, method: "POST", headers, agent: false, signal };
    const request = httpRequest(options, (response: IncomingMessage) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => {
        text += chunk;
      });
      response.on("end", () => resolve({ status: response.statusCode ?? 0, text }));
      response.on("error", (error) => reject(failure(address, error)));
    });
    request.setTimeout(answerTimeoutMs, () =>
      request.destroy(new CommandFailure(`The agent at ${address} is silent.`)),
    );
    request.on("error", (error) => reject(signal.aborted ? signal.reason : failure(address, error)));
    request.end(body);
  });
}

function failure(address: string, error: Error): CommandFailure {
  if (error instanceof CommandFailure) return error;
  const options = { cause: error };
  if (isUnattended(error)) {
    return new CommandFailure(
      `No "configstream agent" listens at ${address}; set, unset, clients, flare and command work with that agent only, and in its data directory.`,
      undefined,
      options,
    );
  }
  if (isForbidden(error)) {
    return new CommandFailure(`The control socket ${address} belongs to another user.`, undefined, options);
  }
  return new CommandFailure(
    `The agent at ${address} could not be asked (${systemCode(error) ?? error.message}).`,
    undefined,
    options,
  );
}

function parseAnswer(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
