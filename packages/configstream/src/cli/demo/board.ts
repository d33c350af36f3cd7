/** What the live view knows: the present settings, when each changed, and how long that took to be readable. */
import type { ConfigValue, Reader } from "configstream-consumer";
import { maskSetting } from "../settings/mask.js";
import { formatMs, formatValue } from "../terminal/format.js";
import { printable } from "../terminal/printable.js";
import type { SeenChange } from "./change-feed.js";
import type { RecentChange, SettingRow } from "./view.js";

interface Changed {
  readonly atMs: number;
  readonly sequenceId: number;
  latencyMs: number | undefined;
}

const mostRecent = 50;

export class Board {
  readonly #shownKeys: readonly string[];
  readonly #changed = new Map<string, Changed>();
  readonly #recent: RecentChange[] = [];
  #changes = 0;

  constructor(shownKeys: readonly string[]) {
    this.#shownKeys = shownKeys;
  }

  /** Changes that were seen, by subscription and by getter. */
  get changes(): number {
    return this.#changes;
  }

  /** Takes in a change. The latency may follow, by the function that is returned. */
  add({ change, readByGetter, atMs, atEpochMs }: SeenChange): (latencyMs: number) => void {
    if (readByGetter) this.#changes += 1;
    const changed: Changed = { atMs, sequenceId: change.sequenceId, latencyMs: undefined };
    // Taken out first, so that the map's order is that of the latest changes.
    this.#changed.delete(change.key);
    this.#changed.set(change.key, changed);
    const key = printable(change.key);
    const last = this.#recent[0];
    // A burst on one key, such as that of the hot loop, takes one line.
    if (last?.key === key) this.#recent.shift();
    this.#recent.unshift({
      time: new Date(atEpochMs).toTimeString().slice(0, 8),
      key,
      oldValue: shown(change.key, change.oldValue),
      newValue: shown(change.key, change.newValue),
      source: change.newValue === undefined ? "removed" : printable(change.source),
    });
    this.#recent.length = Math.min(this.#recent.length, mostRecent);
    return (latencyMs) => {
      changed.latencyMs = latencyMs;
    };
  }

  recent(): readonly RecentChange[] {
    return this.#recent;
  }

  /** Rows in a fixed order, so that the eye finds them again; keys that only the user changed come first. */
  rows(reader: Reader, nowMs: number): readonly SettingRow[] {
    const extra = [...this.#changed.keys()].filter((key) => !this.#shownKeys.includes(key)).reverse();
    return [...extra.slice(0, 4), ...this.#shownKeys].map((key) => this.#row(key, reader, nowMs));
  }

  #row(key: string, reader: Reader, nowMs: number): SettingRow {
    const changed = this.#changed.get(key);
    return {
      key: printable(key),
      value: shown(key, reader.get(key)),
      source: printable(reader.getSource(key)),
      sequenceId: changed === undefined ? "" : String(changed.sequenceId),
      latency: changed?.latencyMs === undefined ? "" : formatMs(changed.latencyMs),
      ageMs: changed === undefined ? undefined : nowMs - changed.atMs,
    };
  }
}

function shown(key: string, value: ConfigValue | undefined): string {
  return formatValue(maskSetting(key, value, false));
}
