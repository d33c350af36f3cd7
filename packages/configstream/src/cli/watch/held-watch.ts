/** What is to be said of settings that are held, each time that is looked. */
import type { HeldSetting } from "configstream-consumer";

export interface HeldEvent {
  readonly kind: "held" | "healed";
  readonly message: string;
}

export class HeldWatch {
  #before: ReadonlyMap<string, HeldSetting> = new Map();

  /** What has changed since the last look. */
  look(held: readonly HeldSetting[]): readonly HeldEvent[] {
    const now = new Map(held.map((each) => [each.key, each]));
    const before = this.#before;
    this.#before = now;
    const fresh = held.filter(({ key }) => !before.has(key));
    const healed = [...before.keys()].filter((key) => !now.has(key));
    return [
      ...fresh.map(({ key, rule, source, sequenceId }) => ({
        kind: "held" as const,
        message: `${key}: what source "${source}" brought with sequence id ${sequenceId} ${rule}; the last good value stays.`,
      })),
      ...healed.map((key) => ({ kind: "healed" as const, message: `${key} is no longer held.` })),
    ];
  }
}
