/** A full screen in a terminal: reads keys, follows its size, draws what has changed, and leaves it as it found it. */
import { emitKeypressEvents } from "node:readline";
import type { TerminalStreams } from "../io.js";
import { type Key, type Keypress, keyOf } from "./keys.js";
import { changedRows } from "./screen-lines.js";

/** The previous screen is kept, and comes back; lines do not wrap; the cursor is hidden. */
const enter = "\u001b[?1049h\u001b[?7l\u001b[?25l\u001b[2J";
const leave = "\u001b[0m\u001b[?25h\u001b[?7h\u001b[?1049l";
const clear = "\u001b[0m\u001b[2J";
// Terminals that know it show a frame only when it is complete; the others ignore it.
const beginFrame = "\u001b[?2026h";
const endFrame = "\u001b[?2026l";

export interface Screen {
  readonly columns: number;
  readonly rows: number;
  /** Shows these lines from the top; they may be styled. What does not fit is left out. */
  draw(lines: readonly string[]): void;
  /** Restores the terminal. Idempotent. */
  close(): void;
}

/** @param onKey Called for each key. @param onResize Called when the size has changed; the next drawing is a full one. */
export function openScreen(
  { input, output }: TerminalStreams,
  onKey: (key: Key) => void,
  onResize: () => void,
): Screen {
  let shown: readonly string[] | undefined;
  let open = true;
  const onKeypress = (text: string | undefined, keypress: Keypress): void => onKey(keyOf(text, keypress));
  const onNewSize = (): void => {
    shown = undefined;
    output.write(clear);
    onResize();
  };
  const restore = (): void => {
    input.setRawMode(false);
    output.write(leave);
  };
  // The terminal must be usable afterwards, even if the process ends unexpectedly.
  process.once("exit", restore);
  emitKeypressEvents(input);
  input.setRawMode(true);
  input.on("keypress", onKeypress);
  input.resume();
  output.on("resize", onNewSize);
  output.write(enter);
  return {
    get columns() {
      return output.columns || 80;
    },
    get rows() {
      return output.rows || 24;
    },
    draw(lines) {
      if (!open) return;
      const fitting = lines.slice(0, output.rows || 24);
      const bytes = changedRows(shown, fitting);
      shown = fitting;
      if (bytes !== "") output.write(beginFrame + bytes + endFrame);
    },
    close() {
      if (!open) return;
      open = false;
      process.off("exit", restore);
      input.off("keypress", onKeypress);
      output.off("resize", onNewSize);
      // Nothing is left that keeps the process alive.
      input.pause();
      restore();
    },
  };
}
