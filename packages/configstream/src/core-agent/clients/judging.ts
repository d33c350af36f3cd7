/** Asks remote agents what they would hold of changes that are only tried. */
import { ConfigStreamError, providerService, type SourceValue } from "configstream-consumer/internal";
import type { Run } from "./commands.js";
import type { Registration } from "./registrations.js";
import { type Answer, answerOf, type ClientVerdict, unasked } from "./verdict.js";

/** How long a remote agent may take, and all of them together, in ms. */
const timeoutMs = 2_000;
const timeoutOfAllMs = 10_000;

/** Layers as they would be, by key; none: the key would be gone. */
export type Layers = { readonly [key: string]: readonly SourceValue[] };

/** What asks one. It never rejects: one that does not answer is `unasked`. The time of all begins now. */
export function judging(run: Run, settings: Layers): (client: Registration) => Promise<ClientVerdict> {
  const text = JSON.stringify(settings);
  const endMs = performance.now() + timeoutOfAllMs;
  const ask = async (client: Registration): Promise<Answer> => {
    if (!client.services.includes(providerService.command)) return unasked("serves no commands");
    const leftMs = Math.min(timeoutMs, endMs - performance.now());
    if (leftMs <= 0) return unasked("was not reached in time");
    try {
      return answerOf(await run(client, ["judge"], { settings: text }, leftMs));
    } catch (thrown) {
      return unasked(ConfigStreamError.from(thrown).details?.reason ?? "could not be asked");
    }
  };
  return async (client) => ({ name: client.name, pid: client.pid, ...(await ask(client)) });
}
