/** `configstream watch` in a terminal: a table of settings that follows the core agent until a key ends it. */
import type { ConfigChange, Consumer, Explanation, Reader } from "configstream-consumer";
import { ConfigStreamError } from "configstream-consumer";
import { type Io, interrupted, type TerminalStreams } from "../io.js";
import { maskSetting } from "../settings/mask.js";
import { formatAge, formatValue, plural } from "../terminal/format.js";
import type { Key } from "../terminal/keys.js";
import { printable } from "../terminal/printable.js";
import { openScreen, type Screen } from "../terminal/screen.js";
import { type Style, styleFor } from "../terminal/style.js";
import { listing, type Seen, scroll } from "./listing.js";
import { filterOf, fits, scopeOf, type WatchOptions } from "./options.js";
import { Rates } from "./rates.js";
import { firstUi, press, type Ui } from "./ui.js";
import { type Details, pageSize, type Row, renderWatch, type WatchModel } from "./view.js";

const frameEveryMs = 100;
/** Listing all keys costs as much as there are, so it is not done for every change. */
const listEveryMs = 500;

export async function watchLive(
  consumer: Consumer,
  address: string,
  options: WatchOptions,
  io: Io,
  terminal: TerminalStreams,
): Promise<void> {
  const watch = new LiveWatch(consumer, address, options, styleFor(io.out, io.env));
  await watch.run(terminal, io.interrupt);
}

class LiveWatch {
  readonly #consumer: Consumer;
  readonly #reader: Reader;
  readonly #address: string;
  readonly #options: WatchOptions;
  readonly #style: Style;
  readonly #fits: (key: string) => boolean;
  readonly #leave = new AbortController();
  readonly #startedAtMs = performance.now();
  readonly #rates = new Rates(performance.now());
  readonly #seen = new Map<string, Seen>();
  #screen: Screen | undefined;
  #held: ReadonlySet<string> = new Set();
  #ui: Ui;
  #keys: readonly string[] = [];
  #listed: readonly string[] = [];
  #listedAtMs = Number.NEGATIVE_INFINITY;
  /** Distinguishes the states in which the listing may differ. */
  #listedState = "";
  #top = 0;
  #downSinceMs: number | undefined;

  constructor(consumer: Consumer, address: string, options: WatchOptions, style: Style) {
    this.#consumer = consumer;
    this.#reader = consumer.reader();
    this.#address = address;
    this.#options = options;
    this.#style = style;
    this.#fits = fits(options);
    this.#ui = { ...firstUi, showSecrets: options.showSecrets === true };
  }

  async run(terminal: TerminalStreams, interrupt: AbortSignal): Promise<void> {
    const screen = openScreen(
      terminal,
      (key) => this.#onKey(key),
      () => this.#draw(),
    );
    this.#screen = screen;
    const frames = setInterval(() => this.#draw(), frameEveryMs);
    const signal = AbortSignal.any([interrupt, this.#leave.signal]);
    try {
      await this.#consumer.start();
      this.#draw();
      // The settings that are there when it begins are not changes. It waits for them as long as the user does.
      await this.#consumer.waitReady({ timeoutMs: Number.POSITIVE_INFINITY, signal }).catch((thrown: unknown) => {
        if (!signal.aborted) throw thrown;
      });
      const changes = this.#consumer.subscribe({
        ...filterOf(this.#options),
        onChange: (change) => this.#onChange(change),
      });
      this.#listedAtMs = Number.NEGATIVE_INFINITY;
      await interrupted(signal);
      changes.unsubscribe();
    } finally {
      clearInterval(frames);
      screen.close();
    }
  }

  #onChange({ key, oldValue, newValue }: ConfigChange): void {
    const nowMs = performance.now();
    this.#rates.add(nowMs);
    const before = this.#seen.get(key);
    this.#seen.set(key, {
      atMs: nowMs,
      changes: (before?.changes ?? 0) + 1,
      // Masked whatever is shown now: what is kept must not hold a secret.
      oldValue: formatValue(maskSetting(key, oldValue, false)),
      newValue: formatValue(maskSetting(key, newValue, false)),
    });
    if (before === undefined || oldValue === undefined || newValue === undefined) this.#listedAtMs = 0;
  }

  #onKey(key: Key): void {
    const { page, total } = this.#extent();
    const next = press(this.#ui, key, { page, total });
    if (next === undefined) {
      this.#leave.abort();
      return;
    }
    this.#ui = next;
    this.#listedAtMs = Number.NEGATIVE_INFINITY;
    this.#draw();
  }

  #draw(): void {
    if (this.#screen === undefined) return;
    const nowMs = performance.now();
    this.#list(nowMs);
    this.#screen.draw(renderWatch(this.#model(nowMs), this.#style));
  }

  /** Finds the keys to show again, when that may have changed. The selection stays on its key where it can. */
  #list(nowMs: number): void {
    if (nowMs - this.#listedAtMs < listEveryMs) return;
    const isUsersDoing = this.#listedAtMs === Number.NEGATIVE_INFINITY;
    const { sequenceId, keys } = this.#consumer.status();
    const state = `${sequenceId} ${keys} ${this.#rates.total}`;
    if (state === this.#listedState && !isUsersDoing) return;
    const selectedKey = this.#listed[this.#ui.selected];
    this.#listedAtMs = nowMs;
    this.#listedState = state;
    this.#keys = this.#readKeys();
    this.#listed = listing({
      keys: this.#keys,
      sourceOf: (key) => this.#reader.getSource(key),
      seen: this.#seen,
      ui: this.#ui,
    });
    const follows = !isUsersDoing && this.#ui.selected > 0 && selectedKey !== undefined;
    const at = follows ? this.#listed.indexOf(selectedKey) : -1;
    const selected = at >= 0 ? at : Math.max(0, Math.min(this.#ui.selected, this.#listed.length - 1));
    this.#ui = { ...this.#ui, selected };
  }

  #readKeys(): readonly string[] {
    try {
      return this.#reader.allKeysLowercased().filter(this.#fits);
    } catch (thrown) {
      // Publishes come too fast for a consistent list; the next frame tries again.
      if (thrown instanceof ConfigStreamError && thrown.code === "view_contended") return this.#keys;
      throw thrown;
    }
  }

  #extent(): { readonly page: number; readonly total: number } {
    return { page: pageSize(this.#screen?.rows ?? 24, this.#ui.details), total: this.#listed.length };
  }

  #model(nowMs: number): WatchModel {
    const status = this.#consumer.status();
    this.#held = new Set(status.held.map(({ key }) => key));
    const isDown = status.ready && status.state !== "live";
    this.#downSinceMs = isDown ? (this.#downSinceMs ?? nowMs) : undefined;
    const { page, total } = this.#extent();
    this.#top = scroll(this.#top, this.#ui.selected, page, total);
    const selectedKey = this.#listed[this.#ui.selected];
    return {
      columns: this.#screen?.columns ?? 80,
      rows: this.#screen?.rows ?? 24,
      address: this.#address,
      elapsedMs: nowMs - this.#startedAtMs,
      status,
      downForMs: this.#downSinceMs === undefined ? undefined : nowMs - this.#downSinceMs,
      rates: {
        perSecond: this.#rates.perSecond(nowMs),
        lastMinute: this.#rates.lastMinute(nowMs),
        total: this.#rates.total,
      },
      sparkline: (columns) => this.#rates.sparkline(columns, nowMs),
      ui: this.#ui,
      scope: scopeOf(this.#options),
      watched: this.#keys.length,
      total,
      top: this.#top,
      table: this.#listed.slice(this.#top, this.#top + page).map((key) => this.#row(key, nowMs)),
      details: this.#ui.details && selectedKey !== undefined ? this.#details(selectedKey, nowMs) : undefined,
    };
  }

  #row(key: string, nowMs: number): Row {
    const seen = this.#seen.get(key);
    const value = this.#reader.get(key);
    return {
      key: printable(key),
      value: formatValue(maskSetting(key, value, this.#ui.showSecrets)),
      source: printable(this.#reader.getSource(key)),
      ageMs: seen === undefined ? undefined : nowMs - seen.atMs,
      removed: value === undefined,
      held: this.#held.has(key),
    };
  }

  #details(key: string, nowMs: number): Details {
    const explanation = this.#reader.explain(key);
    return {
      key: printable(key),
      history: this.#history(explanation, nowMs),
      layers: [...explanation.layers].reverse().map(({ source, value }) => ({
        source: printable(source),
        value: formatValue(maskSetting(key, value, this.#ui.showSecrets)),
      })),
    };
  }

  #history({ key, isSet, sequenceId, held }: Explanation, nowMs: number): string {
    const seen = this.#seen.get(key);
    if (held !== undefined) return `held: a newer ${held.kind ?? "value"} of "${held.source}" ${held.rule}`;
    const since = isSet ? `since sequence id ${sequenceId}` : "removed";
    if (seen === undefined) return `${since}; not changed while watched`;
    const { oldValue, newValue, changes, atMs } = seen;
    return `${since}; ${oldValue} → ${newValue}, ${ago(nowMs - atMs)}; ${plural(changes, "change")}`;
  }
}

function ago(ms: number): string {
  return ms < 1_000 ? "just now" : `${formatAge(ms)} ago`;
}
