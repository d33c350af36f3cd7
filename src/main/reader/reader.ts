/** The reader over the present state. */
import { Mirror } from "../../memory/reader/mirror.js";
import type { Region } from "../../memory/region.js";
import { type Logger, silentLogger } from "../../shared/logger.js";
import { ChangeWatch } from "../subscriptions/change-watch.js";
import type { Reader } from "./api.js";
import type { ChangeSource } from "./handle.js";
import { HotReader } from "./hot-reader.js";
import { composeReader } from "./live-reader.js";
import { NameQuestions } from "./name-questions.js";
import { PresentView } from "./present-view.js";
import type { AnySchema } from "./schema.js";
import { Unreadable } from "./unreadable.js";

/** What a reader may be given by its maker. */
export interface ReaderPorts {
  /** Reports changes. Default: the reader looks for them itself. */
  readonly onUpdate?: ChangeSource;
  /** Path of the configuration file, for `configFileUsed()`. Default: empty. */
  readonly configFile?: string;
  /** Is told of callbacks and parsers that throw. Silent by default. */
  readonly logger?: Logger;
  /** The thread's copy of all settings. Default: one of its own. */
  readonly mirror?: Mirror;
  /** Where values are noted that could not be converted. Default: one of its own. */
  readonly unreadable?: Unreadable;
}

/** Makes a reader for this thread. */
export function createReader<S extends object = AnySchema>(region: Region, ports: ReaderPorts = {}): Reader<S> {
  const { logger = silentLogger, unreadable = new Unreadable(region), configFile = "" } = ports;
  const { mirror = new Mirror(region) } = ports;
  const watch = new ChangeWatch(() => mirror.state(), logger);
  const onUpdate: ChangeSource = ports.onUpdate ?? watch.add;
  const hot = new HotReader(region, mirror, unreadable);
  const reader = composeReader({
    hot,
    names: new NameQuestions(hot.keys),
    present: new PresentView(mirror, unreadable),
    mirror,
    unreadable,
    logger,
    configFile,
    onUpdate,
  });
  return reader as unknown as Reader<S>;
}
