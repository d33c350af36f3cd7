/** Looks at the guards file now and then. A new one that is wrong leaves the old guards in force, and is reported once. */
import type { Clock, Timer } from "../../shared/clock.js";
import type { FileVersion } from "../../shared/disk/regular-file.js";
import { ConfigStreamError } from "../../shared/errors.js";
import { type GuardFileContent, readGuardFile } from "../../shared/guards/guard-file.js";
import type { EngineLog } from "../ports.js";

/** How often, in ms. */
const intervalMs = 2_000;

export interface GuardFilePorts {
  readonly clock: Pick<Clock, "setTimer">;
  readonly log: EngineLog;
  readonly onChange: (content: GuardFileContent) => void;
}

export class GuardFileWatch {
  readonly #path: string;
  readonly #ports: GuardFilePorts;
  #version: FileVersion | undefined;
  #reported: string | undefined;
  #timer: Timer | undefined;
  #stopped = false;

  constructor(path: string, ports: GuardFilePorts) {
    this.#path = path;
    this.#ports = ports;
  }

  /** What stands in the file now; `undefined` when that is what stood there at the last look, or cannot be used. */
  look(): GuardFileContent | undefined {
    try {
      const read = readGuardFile(this.#path, this.#version);
      this.#reported = undefined;
      this.#version = read?.version ?? this.#version;
      return read;
    } catch (thrown) {
      this.#report(ConfigStreamError.from(thrown).message);
      return undefined;
    }
  }

  start(): void {
    // Whoever was told of new rules may have stopped this.
    if (this.#stopped) return;
    this.#timer = this.#ports.clock.setTimer(intervalMs, () => {
      const content = this.look();
      if (content !== undefined) {
        const { size } = content.guards.checks;
        this.#ports.log("info", `The guards file ${this.#path} has changed; its ${size} rules are in force.`);
        this.#ports.onChange(content);
      }
      this.start();
    });
  }

  stop(): void {
    this.#stopped = true;
    this.#timer?.cancel();
  }

  #report(message: string): void {
    if (message === this.#reported) return;
    this.#reported = message;
    this.#ports.log("error", `${message} The guards that were in force before stay so.`);
  }
}
