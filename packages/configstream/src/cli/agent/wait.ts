/** Waits until every remote agent has a change. */
import { setTimeout as delay } from "node:timers/promises";
import type { Place } from "../connection/place.js";
import { type ClientsResponse, clientsPaths } from "./clients-protocol.js";
import { askControl } from "./control-client.js";
import { isSettled, type Standing, standingOf } from "./wait-judge.js";

/** Time between two looks, in ms. */
const intervalMs = 200;

/** The change that is waited for. */
export interface Awaited {
  readonly sequenceId: number;
  readonly keys: readonly string[];
}

/** How all stand once nothing is left to wait for, or when the time is up. The first look is always taken. */
export async function waitForClients(
  place: Pick<Place, "authTokenFile">,
  { sequenceId, keys }: Awaited,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<readonly Standing[]> {
  const endMs = performance.now() + timeoutMs;
  for (;;) {
    const { clients } = await askControl<ClientsResponse>(place, clientsPaths.clients, {}, signal);
    const standings = clients.map((client) => standingOf(client, sequenceId, keys));
    const leftMs = endMs - performance.now();
    if (isSettled(standings) || leftMs <= 0) return standings;
    await delay(Math.min(intervalMs, leftMs), undefined, { signal });
  }
}
