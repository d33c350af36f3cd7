/** What a core agent's settings are, told again in the simplest way: layers, and the highest one wins. Shares no code with the product. */
import type { ConfigValue } from "../../../src/shared/types.js";
import type { Write } from "../world/agent.js";

/** Lowest first. */
const priority = ["default", "file", "agent-runtime", "remote-config", "cli"];

export interface Winner {
  readonly value: ConfigValue;
  /** The layer that wins, and those that hold the same value: a set of an equal value is not sent. */
  readonly sources: readonly string[];
}

export class Model {
  #layers = new Map<string, Map<string, ConfigValue>>();

  change(writes: readonly Write[]): void {
    for (const { key, source, value } of writes) {
      const layer = this.#layers.get(source) ?? new Map<string, ConfigValue>();
      this.#layers.set(source, layer);
      if (value === undefined) layer.delete(key);
      else layer.set(key, value);
    }
  }

  /** All of a layer that has one origin. */
  layer(source: "file" | "remote-config", leaves: ReadonlyMap<string, ConfigValue>): void {
    this.#layers.set(source, new Map(leaves));
  }

  /** What was set at run time ends with the process. */
  restart(): void {
    this.#layers = new Map([["file", new Map(this.#layers.get("file"))]]);
  }

  settings(): Map<string, Winner> {
    const winners = new Map<string, Winner>();
    for (const source of priority) {
      for (const [key, value] of this.#layers.get(source) ?? []) {
        const below = winners.get(key);
        const isSame = below !== undefined && JSON.stringify(below.value) === JSON.stringify(value);
        winners.set(key, { value, sources: isSame ? [...below.sources, source] : [source] });
      }
    }
    return winners;
  }
}

/** As the remote agent of a client sees them: with its own log level in place of the general one. */
export function seenBy(client: string, settings: ReadonlyMap<string, Winner>): Map<string, Winner> {
  const seen = new Map(settings);
  const own = client === "security-agent" ? settings.get("security_agent.log_level")?.value : undefined;
  if (typeof own === "string" && own !== "") seen.set("log_level", { value: own, sources: ["agent-runtime"] });
  return seen;
}
