/** The layer of the configuration files. */
import { type Clock, createConfigFiles, type FileStatus, type KnownKeys } from "configstream-consumer/internal";
import type { AgentLog } from "../../options.js";
import type { ChangeCause, Layer, LayerSource } from "./source.js";

export interface FilesSourceParams {
  /** Later ones win. */
  readonly paths: readonly string[];
  readonly known: KnownKeys;
  /** Takes all that the files set. Files make keys known, so that the environment is given again with them. */
  readonly give: (leaves: Layer, cause: ChangeCause) => number;
  readonly clock: Clock;
  readonly log: AgentLog;
}

export interface FilesSource extends LayerSource {
  status(): readonly FileStatus[];
}

export function createFilesSource(params: FilesSourceParams): FilesSource {
  const { known, log } = params;
  let opened = false;
  const files = createConfigFiles({
    paths: params.paths,
    known,
    clock: params.clock,
    log,
    onChange(leaves) {
      const changes = params.give(leaves, { kind: opened ? "file" : "start" });
      if (opened && changes > 0) log("info", `An edit of the configuration files changed ${changes} settings.`);
    },
  });
  return {
    async open() {
      await files.read();
      await files.watch();
      opened = true;
    },
    close: () => files.close(),
    status: () => files.status(),
  };
}
