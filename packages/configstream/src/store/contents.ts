/** What the store holds for each layer, from keys and JSON values. Pure. */
import { type ConfigValue, equalValues, InvalidOptionError, lowerCase } from "configstream-consumer/internal";
import type { KeyValue, WatchEvent } from "./etcd/messages.js";

/** One change of one layer. `undefined`: the layer gives the setting up. */
export interface StoreWrite {
  readonly source: string;
  readonly key: string;
  readonly value: ConfigValue | undefined;
}

/** The value of a setting as it is kept, or why it cannot be sent, as a sentence. */
export type Judge = (key: string, value: unknown) => Judged;

type Judged = { readonly value: ConfigValue; readonly reason?: undefined } | { readonly reason: string };

export interface ContentsParams {
  /** Prefix of the keys, by the source of their layer. */
  readonly layers: Readonly<Record<string, string>>;
  readonly judge: Judge;
  /** Said once for each value that becomes bad. */
  readonly warn: (message: string) => void;
}

type Layer = Map<string, ConfigValue>;

/** The settings of all layers; a change is computed first, and kept when it was taken. */
export interface Contents {
  /** What changes when the store holds these keys and no others. */
  whole(kvs: readonly KeyValue[]): Change;
  /** What the events of one revision change. */
  events(events: readonly WatchEvent[]): Change;
  /** What changes when the layers hold what was saved. Throws `InvalidOptionError` when one of them cannot be sent. */
  saved(settings: Iterable<StoreWrite>): Change;
  /** Everything that is held. */
  entries(): Iterable<StoreWrite>;
  /** Keys whose newest value is not used. */
  readonly bad: ReadonlySet<string>;
}

export interface Change {
  /** Only real differences. */
  readonly writes: readonly StoreWrite[];
  /** From now on this is what is held. */
  keep(): void;
}

export function createContents(params: ContentsParams): Contents {
  const layers = new Map(Object.keys(params.layers).map((source): [string, Layer] => [source, new Map()]));
  const bad = new Set<string>();
  /** Names that no setting can have; said once each. */
  const ignored = new Set<string>();

  const prefixes = Object.entries(params.layers);

  /** Calls back with each place of a key: one prefix may be part of another, and what stands below a further "/" is not the outer one's. */
  const eachPlace = (path: string, visit: (source: string, key: string) => void): void => {
    for (const [source, prefix] of prefixes) {
      if (!path.startsWith(prefix) || path.length === prefix.length || path.includes("/", prefix.length)) continue;
      const key = path.slice(prefix.length);
      if (key === lowerCase(key)) visit(source, key);
      else ignore(path);
    }
  };

  const ignore = (path: string): void => {
    if (!ignored.has(path) && ignored.size < 1_000) {
      ignored.add(path);
      params.warn(
        `The key ${JSON.stringify(path)} of the store is ignored: names of settings are in lower case there.`,
      );
    }
  };

  /** The value of a key; `undefined`, and said, when it is bad: what was held before is then held on to. */
  const read = (path: string, key: string, text: string | undefined): ConfigValue | undefined => {
    const judged = parse(key, text, params.judge);
    if (judged.reason === undefined) {
      if (bad.size > 0) bad.delete(path);
      return judged.value;
    }
    if (!bad.has(path)) {
      bad.add(path);
      params.warn(
        `The value of ${JSON.stringify(path)} in the store is not used, and the last good one stays: ${judged.reason}`,
      );
    }
    return undefined;
  };

  const change = (writes: readonly StoreWrite[]): Change => ({
    writes,
    keep() {
      for (const { source, key, value } of writes) {
        if (value === undefined) layers.get(source)?.delete(key);
        else layers.get(source)?.set(key, value);
      }
    },
  });

  const differing = ({ source, key, value }: StoreWrite): boolean => {
    const held = layers.get(source)?.get(key);
    if (held === undefined || value === undefined) return held !== value;
    return !equalValues(held, value);
  };

  return {
    bad,
    whole(kvs) {
      const writes: StoreWrite[] = [];
      // Of an empty layer nothing can be gone.
      const filled = [...layers].filter(([, layer]) => layer.size > 0);
      const present = new Map(filled.map(([source]): [string, Set<string>] => [source, new Set()]));
      const seenBad = new Set<string>();
      for (const { key: bytes, value: text } of kvs) {
        const path = textOf(bytes);
        eachPlace(path, (source, key) => {
          present.get(source)?.add(key);
          const value = read(path, key, text);
          if (value === undefined) seenBad.add(path);
          else if (differing({ source, key, value })) writes.push({ source, key, value });
        });
      }
      for (const path of bad) if (!seenBad.has(path)) bad.delete(path);
      const gone: StoreWrite[] = [];
      for (const [source, layer] of filled) {
        for (const key of layer.keys()) {
          if (present.get(source)?.has(key) === false) gone.push({ source, key, value: undefined });
        }
      }
      return change([...gone, ...writes]);
    },
    events(events) {
      // Of one key there is one event in a revision.
      const writes: StoreWrite[] = [];
      for (const { type, kv } of events) {
        const path = textOf(kv?.key);
        eachPlace(path, (source, key) => {
          if (type === "DELETE") {
            bad.delete(path);
            writes.push({ source, key, value: undefined });
          } else {
            const value = read(path, key, kv?.value);
            if (value !== undefined) writes.push({ source, key, value });
          }
        });
      }
      return change(writes.filter(differing));
    },
    saved(settings) {
      const writes: StoreWrite[] = [];
      for (const { source, key, value } of settings) {
        if (!layers.has(source)) continue;
        const judged = params.judge(key, value);
        if (judged.reason !== undefined) throw new InvalidOptionError(judged.reason);
        writes.push({ source, key, value: judged.value });
      }
      return change(writes.filter(differing));
    },
    *entries() {
      for (const [source, layer] of layers) for (const [key, value] of layer) yield { source, key, value };
    },
  };
}

function parse(key: string, text: string | undefined, judge: Judge): Judged {
  let value: unknown;
  try {
    value = JSON.parse(text ?? "");
  } catch {
    // The parser's own message would quote the text.
    return { reason: "it is not valid JSON." };
  }
  return judge(key, value);
}

function textOf(bytes: Uint8Array | undefined): string {
  if (bytes === undefined) return "";
  const buffer = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  return buffer.toString("utf8");
}
