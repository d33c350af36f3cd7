/** The remote agent's own configuration: its YAML files and environment, read once, then watched. */
import { createConfigFiles } from "../files/config-files.js";
import type { Environment } from "../files/env.js";
import type { Defaults } from "../files/known-keys.js";
import type { Consumer } from "../main/consumer/consumer.js";
import { consumerFace } from "../main/consumer/face.js";
import { quietClock } from "../main/consumer/quiet-clock.js";
import type { HostParams } from "../main/consumer/resolve.js";
import { ConfigStreamError } from "../shared/errors.js";
import type { Logger } from "../shared/logger.js";
import type { EngineParams } from "../shared/params.js";
import { InProcessConsumer } from "./in-process-consumer.js";
import { createLocalSettings, type LocalSettings } from "./local-settings.js";

export interface LocalConfigParams {
  readonly configFiles: readonly string[];
  readonly defaults: Defaults;
  readonly env: Environment;
  readonly logger: Logger;
}

export interface LocalConfig {
  readonly settings: Pick<LocalSettings, "get">;
  /** Makes a consumer that gives these settings, ready at once. To be called once. */
  consume(engine: EngineParams, host: HostParams, watch: boolean): Promise<Consumer>;
}

/**
 * Reads everything once. A file that does not exist sets nothing.
 *
 * Rejects with `invalid_config_file`, naming path, line and column, and with `InvalidOptionError` for defaults of the wrong
 * shape. Never shows a value.
 */
export async function openLocalConfig(params: LocalConfigParams): Promise<LocalConfig> {
  const { logger } = params;
  const settings = createLocalSettings(params.defaults, params.env);
  let consumer: InProcessConsumer | undefined;
  const files = createConfigFiles({
    paths: params.configFiles,
    known: settings.known,
    clock: quietClock,
    log: (level, message) => logger[level](message),
    onRefused: (error) => consumer?.refused(error),
    onChange(leaves) {
      settings.applyFiles(leaves);
      try {
        consumer?.applySnapshot(settings.all());
      } catch (thrown) {
        const error = ConfigStreamError.from(thrown);
        logger.warn(error.message);
        consumer?.refused(error);
      }
    },
  });
  await files.read();
  for (const variable of settings.misfits()) {
    logger.warn(`The environment variable ${variable} does not fit the type of its setting; it is kept as text.`);
  }
  return {
    settings,
    async consume(engine, host, watch) {
      consumer = new InProcessConsumer({
        ...engine,
        ...host,
        logger,
        origin: "local",
        // As the agent has it: the first one is the file, the others are further ones.
        configFile: params.configFiles[0] ?? "",
        fileStatus: () => files.status(),
        turn: setImmediate,
        onStop: () => files.close(),
      });
      try {
        // So that they are what is good when the first value above one is not.
        if (engine.guards !== undefined) consumer.applySnapshot(settings.defaults());
        consumer.applySnapshot(settings.all());
        for (const { state, reason = "" } of files.status()) {
          if (state === "missing") consumer.refused(new ConfigStreamError("invalid_config_file", reason));
        }
        // It is ready; whether all is there that must be is left to say, as where a core agent is waited for.
        await consumer.waitReady();
        if (watch) await files.watch();
        return consumerFace<Consumer>(consumer);
      } catch (error) {
        await consumer.stop();
        throw error;
      }
    },
  };
}
