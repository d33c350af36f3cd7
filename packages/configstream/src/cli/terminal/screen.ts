/**
 * A full screen in a terminal. terminal-kit does the drawing, reads the keys of all kinds of terminals, and leaves the
 * terminal as it found it. It is loaded only when a screen is opened, and optional: where it was not installed, commands
 * fall back to lines.
 */
import type { ScreenBuffer, Terminal, default as TerminalKit } from "terminal-kit";
import type { TerminalStreams } from "../io.js";

// Terminals that know it show a frame only when it is complete; the others pass it over.
const beginFrame = "\u001b[?2026h";
const endFrame = "\u001b[?2026l";

/** A key: its name, such as `UP` or `CTRL_C`, or the character that was typed. */
export interface Key {
  readonly name: string;
  readonly isCharacter: boolean;
}

export interface Screen {
  readonly columns: number;
  readonly rows: number;
  /** Shows these lines from the top; they may be styled. What does not fit is left out. */
  draw(lines: readonly string[]): void;
  /** Restores the terminal. Idempotent. */
  close(): void;
}

/**
 * Opens the screen. `undefined`: terminal-kit is not installed.
 *
 * @param onKey Called for each key. @param onResize Called when the size has changed; the next drawing is a full one.
 */
export async function openScreen(
  streams: TerminalStreams,
  onKey: (key: Key) => void,
  onResize: () => void,
): Promise<Screen | undefined> {
  const kit = await loadKit();
  if (kit === undefined) return undefined;
  const { generic = "xterm", appId, safe, isSSH } = kit.guessTerminal();
  const terminal = kit.createTerminal({
    stdin: streams.input,
    stdout: streams.output,
    stderr: streams.output,
    generic,
    appId: safe ? appId : undefined,
    isTTY: true,
    isSSH,
  });
  return new KitScreen(kit, terminal, streams.output, onKey, onResize);
}

async function loadKit(): Promise<typeof TerminalKit | undefined> {
  try {
    return (await import("terminal-kit")).default;
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === "ERR_MODULE_NOT_FOUND") return undefined;
    throw thrown;
  }
}

class KitScreen implements Screen {
  readonly #kit: typeof TerminalKit;
  readonly #terminal: Terminal;
  readonly #output: NodeJS.WriteStream;
  readonly #onKey: (name: string, matches: readonly string[], data: { readonly isCharacter: boolean }) => void;
  readonly #onResize: () => void;
  readonly #restore = (): void => this.#leave();
  #buffer: ScreenBuffer;
  #shown: readonly string[] = [];
  /** The terminal shows something else than the buffer's last drawing. */
  #fresh = true;
  #open = true;

  constructor(
    kit: typeof TerminalKit,
    terminal: Terminal,
    output: NodeJS.WriteStream,
    onKey: (key: Key) => void,
    onResize: () => void,
  ) {
    this.#kit = kit;
    this.#terminal = terminal;
    this.#output = output;
    this.#buffer = this.#newBuffer();
    this.#onKey = (name, _matches, { isCharacter }) => onKey({ name, isCharacter });
    this.#onResize = () => {
      this.#buffer = this.#newBuffer();
      this.#shown = [];
      this.#fresh = true;
      terminal.clear();
      onResize();
    };
    // Also when the process ends in an unforeseen way, the terminal must be usable afterwards.
    process.once("exit", this.#restore);
    terminal.fullscreen(true);
    terminal.hideCursor();
    terminal.grabInput(true);
    terminal.on("key", this.#onKey);
    terminal.on("resize", this.#onResize);
  }

  get columns(): number {
    return this.#terminal.width;
  }

  get rows(): number {
    return this.#terminal.height;
  }

  draw(lines: readonly string[]): void {
    const fitting = lines.slice(0, this.rows);
    if (!this.#open || (!this.#fresh && sameLines(fitting, this.#shown))) return;
    this.#shown = fitting;
    this.#buffer.clear();
    fitting.forEach((line, y) => {
      this.#buffer.put({ x: 0, y, wrap: false, markup: "ansi" }, line);
    });
    this.#output.write(beginFrame);
    this.#buffer.draw({ delta: !this.#fresh });
    this.#output.write(endFrame);
    this.#fresh = false;
  }

  close(): void {
    if (!this.#open) return;
    this.#open = false;
    process.off("exit", this.#restore);
    this.#terminal.off("key", this.#onKey);
    this.#terminal.off("resize", this.#onResize);
    this.#terminal.grabInput(false);
    this.#leave();
  }

  #leave(): void {
    this.#terminal.hideCursor(false);
    this.#terminal.fullscreen(false);
  }

  #newBuffer(): ScreenBuffer {
    const { width, height } = this.#terminal;
    return new this.#kit.ScreenBuffer({ dst: this.#terminal, width, height });
  }
}

function sameLines(some: readonly string[], others: readonly string[]): boolean {
  return some.length === others.length && some.every((line, row) => line === others[row]);
}
