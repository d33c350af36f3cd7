/** Saves the last state of the store some time after it changed, never two at once. */
import { type Clock, type Timer, writeFault } from "configstream-consumer/internal";

/** How long a changed state may be in memory alone, in ms. */
const delayMs = 1_000;

export interface Saver {
  /** The state has changed. */
  changed(): void;
  /** Saves what is not saved yet. Never rejects. */
  close(): Promise<void>;
}

export interface SaverParams {
  readonly clock: Pick<Clock, "setTimer">;
  readonly write: () => Promise<void>;
  /** Called once for faults that follow each other. */
  readonly onFault: (reason: string) => void;
}

export function createSaver({ clock, write, onFault }: SaverParams): Saver {
  let timer: Timer | undefined;
  let dirty = false;
  let faulty = false;
  let writing: Promise<void> = Promise.resolve();

  const save = (): Promise<void> => {
    timer?.cancel();
    timer = undefined;
    writing = writing.then(async () => {
      if (!dirty) return;
      dirty = false;
      try {
        await write();
        faulty = false;
      } catch (error) {
        // Tried again with the next change, and at the end.
        dirty = true;
        if (!faulty) onFault(writeFault(error));
        faulty = true;
      }
    });
    return writing;
  };
  return {
    changed() {
      dirty = true;
      timer ??= clock.setTimer(delayMs, () => void save());
    },
    close: save,
  };
}
