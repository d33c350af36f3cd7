/** A full screen of lines in a terminal: draws only lines that changed, and leaves the terminal as it found it. */
import type { Io } from "../io.js";

const esc = "\u001b[";
// Another screen buffer, so that what was there before is there afterwards; no cursor; no line wrap.
const enter = `${esc}?1049h${esc}?25l${esc}?7l`;
const leave = `${esc}?7h${esc}?25h${esc}?1049l`;
// Terminals that know it show a frame only when it is complete; the others pass it over.
const beginFrame = `${esc}?2026h`;
const endFrame = `${esc}?2026l`;

export interface Screen {
  /** Shows these lines from the top. Lines that do not fit are left out. */
  draw(lines: readonly string[]): void;
  /** Restores the terminal. Idempotent. */
  close(): void;
}

/** @param onKey Called for each key. @param onResize Called when the size has changed; the next drawing is a full one. */
export function openScreen(
  { out, keyboard }: Pick<Io, "out" | "keyboard">,
  onKey: (key: string) => void,
  onResize: () => void,
): Screen {
  let shown: readonly string[] = [];
  let open = true;
  const restore = (): void => out.write(leave);
  process.once("exit", restore);
  out.write(enter);
  const stopKeys = keyboard.listen(onKey);
  const stopResize = out.onResize(() => {
    shown = [];
    out.write(`${esc}2J`);
    onResize();
  });
  return {
    draw(lines) {
      if (!open) return;
      const fitting = lines.slice(0, out.rows);
      const frame = changedLines(shown, fitting);
      shown = fitting;
      if (frame !== "") out.write(beginFrame + frame + endFrame);
    },
    close() {
      if (!open) return;
      open = false;
      process.off("exit", restore);
      stopResize();
      stopKeys();
      restore();
    },
  };
}

/** What turns one screen into another. */
export function changedLines(before: readonly string[], after: readonly string[]): string {
  let frame = "";
  after.forEach((line, row) => {
    if (before[row] !== line) frame += `${esc}${row + 1};1H${line}${esc}0m${esc}K`;
  });
  if (after.length < before.length) frame += `${esc}${after.length + 1};1H${esc}J`;
  return frame;
}
