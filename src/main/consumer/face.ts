/** What an application is handed of a consumer that has more members than it documents. */
import { inspect } from "node:util";

const members = "start waitReady waitReadySync reader subscribe changeSets status share stop toJSON".split(" ");

/** An object with the documented members of `inner`, and of `further` those that it has, and with nothing else. */
export function consumerFace<T extends object>(inner: T, further: readonly string[] = []): T {
  const face = {};
  const define = (name: string | symbol, what: PropertyDescriptor) =>
    // Configurable and writable, so that tests may put spies in their place.
    Object.defineProperty(face, name, { configurable: true, ...what });
  for (const name of [...members, ...further, Symbol.asyncDispose, inspect.custom]) {
    const member: unknown = Reflect.get(inner, name);
    if (typeof member === "function") define(name, { writable: true, value: member.bind(inner) });
  }
  // Not looked at before it is asked for: that makes the metrics.
  define("metrics", { get: () => Reflect.get(inner, "metrics") });
  return face as T;
}
