/** The commands of the user that change settings of the judged core agent. */
import { spawn } from "node:child_process";
import { Deviation } from "../deviation.js";

/** How long a command may take, in ms. */
const patienceMs = 30_000;
const mostCharacters = 200;

/** Fills the places `{name}` of a command line. */
export function filled(command: string, places: { readonly [name: string]: string }): string {
  return command.replaceAll(/\{([a-z]+)\}/g, (whole, name: string) => places[name] ?? whole);
}

/** Runs a command line by the shell. Rejects with a deviation when it fails. */
export function runCommand(line: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(line, { shell: true, stdio: ["ignore", "ignore", "pipe"], timeout: patienceMs });
    let errors = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      errors = (errors + text).slice(-mostCharacters);
    });
    child.once("error", reject);
    child.once("close", (code, signal) => {
      if (code === 0) resolve();
      else {
        reject(new Deviation(`"${line}" ends with 0`, `${code ?? signal}${errors === "" ? "" : `: ${errors.trim()}`}`));
      }
    });
  });
}
