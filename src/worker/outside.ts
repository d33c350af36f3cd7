/** What the runtime takes from the machine that it runs on, so that all of it runs in virtual time and on a virtual network as well. */
import { Region } from "../memory/region.js";
import { Untold } from "../memory/untold.js";
import { type Clock, systemClock } from "../shared/clock.js";
import type { EngineParams } from "../shared/params.js";
import type { SharedMemory } from "../shared/types.js";
import { type CacheFiles, diskFiles } from "./cache/file.js";
import type { EngineOptions } from "./engine/engine.js";
import { createCredentialsReader } from "./link/credentials.js";
import { createGrpcTransport } from "./link/transport.js";
import type { CredentialsReader, Transport } from "./ports.js";

export interface Outside {
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly env: { readonly [name: string]: string | undefined };
  readonly files: CacheFiles;
  readonly engine?: Pick<EngineOptions, "defer">;
  /** This thread's access to the shared memory. */
  region(memory: SharedMemory): Region;
  untold(memory: SharedArrayBuffer): Untold;
  transport(params: EngineParams): Transport;
  /** `onLocated`: the core agent is at this address, by its own configuration file. */
  credentials(params: EngineParams, onLocated: (address: string) => void): CredentialsReader;
}

/** The real machine. */
export const realOutside: Outside = {
  clock: systemClock,
  random: Math.random,
  env: process.env,
  files: diskFiles,
  region: (memory) => new Region(memory),
  untold: (memory) => new Untold(memory),
  transport: createGrpcTransport,
  // A certificate's dates mean the system's clock.
  credentials: (params, onLocated) => createCredentialsReader(params, systemClock, onLocated),
};
