/** The commands of the user that change settings of the judged core agent. */
import { Deviation } from "../deviation.js";
import { forget, killGroup, spawnGroup } from "../process-group.js";

const mostCharacters = 200;
/** For what it wrote to standard error, in ms; "close" may never come. */
const lastWordsMs = 50;

/** Fills the places `{name}` of a command line. */
export function filled(command: string, places: { readonly [name: string]: string }): string {
  return command.replaceAll(/\{([a-z]+)\}/g, (whole, name: string) => places[name] ?? whole);
}

/**
 * Runs a command line by the shell. Rejects with a deviation when it fails, takes too long, or is not waited for any more. What it
 * has started in the background goes on, unless it does not end by itself.
 */
export function runCommand(line: string, signal: AbortSignal, patienceMs = 30_000): Promise<void> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const child = spawnGroup(line, [], { shell: true, stdio: ["ignore", "ignore", "pipe"] });
    let errors = "";
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      errors = (errors + text).slice(-mostCharacters);
    });
    const failed = (why: string): void =>
      reject(new Deviation(`"${line}" ends with 0`, `${why}${errors === "" ? "" : `: ${errors.trim()}`}`));
    const giveUp = (why: string) => (): void => {
      failed(why);
      killGroup(child);
    };
    const onAbort = giveUp("it is not waited for any more");
    const late = setTimeout(giveUp(`it runs on after ${patienceMs / 1_000} s`), patienceMs);
    signal.addEventListener("abort", onAbort);
    const over = (): void => {
      clearTimeout(late);
      signal.removeEventListener("abort", onAbort);
    };
    child.once("error", (error) => {
      over();
      reject(error);
    });
    child.once("exit", (code, endedBy) => {
      over();
      forget(child);
      const conclude = (): void => {
        // Something in the background may keep it open.
        child.stderr?.destroy();
        if (code === 0) resolve();
        else failed(`${code ?? endedBy}`);
      };
      if (code === 0) conclude();
      else setTimeout(conclude, lastWordsMs);
    });
  });
}
