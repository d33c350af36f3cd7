/**
 * The same events for code that watches a process and not a consumer, as tracers do: channels of `node:diagnostics_channel`, each with
 * the event's notice and the name of the client.
 */
import { type Channel, channel } from "node:diagnostics_channel";
import type { ConsumerEvents } from "./events.js";

const channels: { readonly [name in keyof ConsumerEvents]: Channel } = {
  state: channel("configstream-consumer:state"),
  held: channel("configstream-consumer:held"),
  restart: channel("configstream-consumer:restart"),
};

export function publish(name: keyof ConsumerEvents, client: string, notice: object): void {
  if (channels[name].hasSubscribers) channels[name].publish(Object.freeze({ client, ...notice }));
}
