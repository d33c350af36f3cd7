/** The part of terminal-kit that is used; it brings no types of its own. */
declare module "terminal-kit" {
  /** A key or character was pressed. */
  export type KeyListener = (name: string, matches: readonly string[], data: { readonly isCharacter: boolean }) => void;

  export interface Terminal {
    readonly width: number;
    readonly height: number;
    /** Turns the alternate screen on, or off with `false`. */
    fullscreen(on: boolean): void;
    hideCursor(hide?: boolean): void;
    grabInput(on: boolean): void;
    clear(): void;
    on(event: "key", listener: KeyListener): void;
    on(event: "resize", listener: () => void): void;
    off(event: "key", listener: KeyListener): void;
    off(event: "resize", listener: () => void): void;
  }

  export interface ScreenBuffer {
    clear(): void;
    put(options: { x: number; y: number; wrap: boolean; markup: "ansi" }, text: string): void;
    draw(options: { delta: boolean }): void;
  }

  interface TerminalKit {
    guessTerminal(): {
      readonly generic?: string;
      readonly appId?: string;
      readonly safe: boolean;
      readonly isSSH: boolean;
    };
    createTerminal(options: {
      stdin: NodeJS.ReadStream;
      stdout: NodeJS.WriteStream;
      stderr: NodeJS.WriteStream;
      generic: string;
      appId?: string | undefined;
      isTTY: boolean;
      isSSH: boolean;
    }): Terminal;
    readonly ScreenBuffer: new (options: { dst: Terminal; width: number; height: number }) => ScreenBuffer;
  }

  const kit: TerminalKit;
  // biome-ignore lint/style/noDefaultExport: it is what the package has
  export default kit;
}
