/** What an application is handed of a consumer that has more members than it documents. */
import { inspect } from "node:util";

const members = "start waitReady waitReadySync reader subscribe changeSets status share stop toJSON".split(" ");

/** Those that give the consumer itself, as an emitter's do. */
const chained = "on once off addListener removeListener".split(" ");

/** An object with the documented members of `inner` and those of `further`, and with nothing else. */
export function consumerFace<T extends object>(inner: T): T;
export function consumerFace<T extends object, F extends object>(inner: T, further: F): T & F;
export function consumerFace(inner: object, further: object = {}): object {
  const face = {};
  const define = (name: string | symbol, what: PropertyDescriptor) =>
    // Configurable and writable, so that tests may put spies in their place.
    Object.defineProperty(face, name, { configurable: true, ...what });
  for (const name of [...members, Symbol.asyncDispose, inspect.custom]) {
    const member: unknown = Reflect.get(inner, name);
    if (typeof member === "function") define(name, { writable: true, value: member.bind(inner) });
  }
  for (const name of chained) {
    const member: unknown = Reflect.get(inner, name);
    if (typeof member !== "function") continue;
    const value = (...args: readonly unknown[]) => {
      Reflect.apply(member, inner, args);
      return face;
    };
    define(name, { writable: true, value });
  }
  for (const [name, value] of Object.entries(further)) define(name, { writable: true, value });
  // Not looked at before it is asked for: that makes the metrics.
  define("metrics", { get: () => Reflect.get(inner, "metrics") });
  return face;
}
