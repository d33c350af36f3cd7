/** The options of `createEffectiveConfig`, checked in the same way whether the flag is on or off. */
import type { Environment } from "../files/env.js";
import { type Defaults, readDefaults } from "../files/known-keys.js";
import { consumerOptionTable } from "../main/consumer/option-table.js";
import type { ConsumerOptions } from "../main/consumer/options.js";
import { type HostParams, resolveOptions } from "../main/consumer/resolve.js";
import { guarded, type Logger, silentLogger } from "../shared/logger.js";
import { checkNames } from "../shared/options/option-checks.js";
import { flag, object, readOptions, shape, texts } from "../shared/options/option-table.js";
import type { EngineParams } from "../shared/params.js";

/** Options of `createEffectiveConfig`: those of `createConsumer`, and where the local configuration is. */
export interface EffectiveConfigOptions extends Omit<ConsumerOptions, "defaults"> {
  /**
   * YAML files of this remote agent itself; later ones win. A file that does not exist sets nothing, and the logger is
   * told. Default: none.
   */
  readonly configFiles?: readonly string[] | undefined;
  /**
   * Values of the source `default`, by dotted key or as schema entries. They, and what the files hold, are the keys
   * whose `DD_*` variables count while the flag is off. While it is on, they are below every layer of the core agent, as
   * `defaults` of `createConsumer`. Default: none.
   */
  readonly defaults?: Defaults | undefined;
  /** Where `DD_*` variables are looked up, once. Default: `process.env`. */
  readonly env?: Environment | undefined;
  /** False: the files are read once, and edits go unnoticed until the next start. Default: true. */
  readonly watch?: boolean | undefined;
  /** Gives up waiting for the core agent, and rejects with the signal's reason. Default: none. */
  readonly signal?: AbortSignal | undefined;
}

export interface ResolvedEffectiveOptions {
  readonly configFiles: readonly string[];
  readonly defaults: Defaults;
  readonly env: Environment;
  readonly watch: boolean;
  readonly signal: AbortSignal | undefined;
  readonly logger: Logger;
  /** As given, for a consumer that streams. */
  readonly consumer: ConsumerOptions;
  /** Checked, for one that reads locally. */
  readonly engine: EngineParams;
  readonly host: HostParams;
}

/** The options beside those of a consumer. */
const ownTable = {
  configFiles: texts([]),
  defaults: object<Defaults>({}, "an object with values by dotted key, or an array of entries"),
  env: shape<Environment>([]),
  watch: flag(true),
  signal: shape<AbortSignal>(["addEventListener", "throwIfAborted"]),
};

/** Throws `InvalidOptionError`: what was given, and what was expected. */
export function resolveEffectiveOptions(options: EffectiveConfigOptions): ResolvedEffectiveOptions {
  checkNames(options, [...Object.keys(consumerOptionTable), ...Object.keys(ownTable)], "createEffectiveConfig");
  const { configFiles, defaults, env, watch, signal, ...consumer } = options;
  const own = readOptions("createEffectiveConfig", ownTable, { configFiles, defaults, env, watch, signal });
  const streamed = { ...consumer, defaults: Object.fromEntries(readDefaults(own.defaults).values) };
  // What only a stream needs may be missing, or come from the files; what is given is checked all the same.
  const { engine, host } = resolveOptions(streamed, {});
  return {
    ...own,
    env: own.env ?? process.env,
    logger: host.logger === undefined ? silentLogger : guarded(host.logger),
    consumer: streamed,
    // A local configuration has a layer of its own for them.
    engine: { ...engine, defaults: {} },
    host,
  };
}
