/** What a strict consumer knows after the events of one stream, and where they broke the contract. Pure. */
import type { ConfigValue } from "configstream-consumer";
import { lowerCase, type WireSetting } from "configstream-consumer/internal";
import { canonical } from "../subject/states.js";

/** As the transport decodes it. */
export type Event =
  | { kind: "snapshot"; origin: string; sequenceId: number; settings: readonly WireSetting[] }
  | { kind: "update"; origin: string; sequenceId: number; setting: WireSetting };

/** Deeper maps are compared as they are. */
const mostLevels = 64;

export class Mirror {
  /** Values as JSON, by dotted key; maps are taken apart, because sections are maps as well. */
  readonly values = new Map<string, string>();
  /** How many events there were. */
  events = 0;
  sequenceId = -1;
  origin = "";
  /** The first thing that the contract does not allow. */
  flaw: string | undefined;

  take(event: Event): void {
    this.events += 1;
    this.flaw ??= this.#flawOf(event);
    this.sequenceId = event.sequenceId;
    this.origin = event.origin;
    if (event.kind === "update") this.#put(event.setting);
    else {
      this.values.clear();
      for (const setting of event.settings) this.#put(setting);
    }
  }

  /** The value of a key as text: a text as it is, anything else as JSON. */
  text(key: string): string | undefined {
    const json = this.values.get(lowerCase(key));
    if (json === undefined) return undefined;
    const value: unknown = JSON.parse(json);
    return typeof value === "string" ? value : json;
  }

  #flawOf(event: Event): string | undefined {
    const settings = event.kind === "snapshot" ? event.settings : [event.setting];
    if (event.origin === "") return "an event without an origin";
    if (settings.some(({ key }) => key === "")) return "a setting without a key";
    if (this.events === 1) return event.kind === "snapshot" ? undefined : "an update before the first snapshot";
    if (event.origin !== this.origin) return `the origin ${event.origin} after ${this.origin} in one stream`;
    if (event.kind === "update" && event.sequenceId !== this.sequenceId + 1) {
      return `an update with the sequence id ${event.sequenceId} after ${this.sequenceId}`;
    }
    if (event.sequenceId <= this.sequenceId) {
      return `a snapshot with the sequence id ${event.sequenceId} after ${this.sequenceId} in one stream`;
    }
    return undefined;
  }

  #put({ key, value, source, unsetSource }: WireSetting): void {
    const name = lowerCase(key);
    this.#remove(name);
    if (unsetSource === "" || source !== "") this.#putValue(name, value, 0);
  }

  #remove(name: string): void {
    this.values.delete(name);
    for (const other of this.values.keys()) if (other.startsWith(`${name}.`)) this.values.delete(other);
  }

  #putValue(name: string, value: ConfigValue, level: number): void {
    const isMap = typeof value === "object" && value !== null && !Array.isArray(value);
    if (!isMap || level === mostLevels) this.values.set(name, canonical(value));
    else {
      for (const [inner, each] of Object.entries(value)) this.#putValue(`${name}.${inner}`, each, level + 1);
    }
  }
}
