/** One configuration file through its edits: when what was read counts, and when it does not. Pure but for `read`. */
import { systemCode } from "../shared/disk/file-faults.js";
import { ConfigStreamError } from "../shared/errors.js";
import type { ConfigValue, FileStatus } from "../shared/types.js";

/** How long a file must stay away or empty before its settings are withdrawn, in ms. */
export const emptyHoldMs = 2_000;

export type Leaves = ReadonlyMap<string, ConfigValue>;

/** What a look at the file led to. `again`: look once more soon, nothing has been decided. */
export type Look = "same" | "again" | "changed" | "refused";

export interface WatchedFileParams {
  readonly path: string;
  /** `undefined`: there is no such file. Rejects with code `invalid_config_file`. */
  readonly read: (path: string) => Promise<Buffer | undefined>;
  /** Throws a `ConfigStreamError` with code `invalid_config_file`. */
  readonly parse: (bytes: Buffer) => Leaves;
  readonly monotonic: () => number;
}

const nothing = Buffer.alloc(0);

export class WatchedFile {
  leaves: Leaves = new Map();
  error: ConfigStreamError | undefined;
  readonly #params: WatchedFileParams;
  /** The content that was judged last; `undefined`: the file did not exist. */
  #judged: Buffer | undefined;
  /** What the last look read, when it did not decide. */
  #seen: { readonly bytes: Buffer | undefined } | undefined;
  #emptySinceMs: number | undefined;
  #isUnreadable = false;
  /** Why the content that was judged last could not be used. */
  #refused: ConfigStreamError | undefined;

  constructor(params: WatchedFileParams) {
    this.#params = params;
  }

  get status(): FileStatus {
    const { path } = this.#params;
    if (this.error !== undefined) return { path, state: "refused", reason: this.error.message };
    if (this.#judged !== undefined) return { path, state: "read" };
    return { path, state: "missing", reason: `The configuration file ${path} does not exist; it is waited for.` };
  }

  /** Whether the system refused the last read, which it may do for a while and without a change of the file, as when too many are open. */
  get wantsRetry(): boolean {
    return this.#isUnreadable && systemCode(this.error?.cause) !== undefined;
  }

  get exists(): boolean {
    return this.#judged !== undefined;
  }

  /** The first read, which counts as it is. Rejects when the file cannot be used. */
  async start(): Promise<void> {
    this.#judged = await this.#params.read(this.#params.path);
    if (this.#judged !== undefined) this.leaves = this.#params.parse(this.#judged);
  }

  /** Decides only when two looks read the same, because an edit may come in several writes. */
  async look(): Promise<Look> {
    let bytes: Buffer | undefined;
    try {
      bytes = await this.#params.read(this.#params.path);
    } catch (error) {
      this.#seen = undefined;
      this.#emptySinceMs = undefined;
      this.#isUnreadable = true;
      return this.#refuse(error);
    }
    if (this.#isUnreadable) {
      this.#isUnreadable = false;
      this.error = this.#refused;
    }
    if (isSame(bytes, this.#judged)) {
      this.#seen = undefined;
      this.#emptySinceMs = undefined;
      return "same";
    }
    if (!this.#isSettled(bytes)) return "again";
    this.#seen = undefined;
    this.#judged = bytes;
    try {
      this.leaves = bytes === undefined ? new Map() : this.#params.parse(bytes);
    } catch (error) {
      this.#refused = ConfigStreamError.from(error);
      return this.#refuse(error);
    }
    this.#refused = undefined;
    this.error = undefined;
    return "changed";
  }

  #isSettled(bytes: Buffer | undefined): boolean {
    const before = this.#seen;
    this.#seen = { bytes };
    if (this.#judged === undefined || !isEmpty(bytes)) {
      this.#emptySinceMs = undefined;
      return before !== undefined && isSame(before.bytes, bytes);
    }
    const now = this.#params.monotonic();
    this.#emptySinceMs ??= now;
    return now - this.#emptySinceMs >= emptyHoldMs;
  }

  #refuse(thrown: unknown): Look {
    const error = ConfigStreamError.from(thrown);
    const isNews = this.error?.message !== error.message;
    this.error = error;
    return isNews ? "refused" : "same";
  }
}

/** A file that is gone or holds nothing but white space: what an editor or a copy leaves for a moment. */
function isEmpty(bytes: Buffer | undefined): boolean {
  return (bytes ?? nothing).every((byte) => byte === 0x20 || (byte >= 0x09 && byte <= 0x0d));
}

function isSame(a: Buffer | undefined, b: Buffer | undefined): boolean {
  return a === undefined || b === undefined ? a === b : a.equals(b);
}
