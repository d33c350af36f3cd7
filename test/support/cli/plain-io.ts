/** A process that is no terminal, for tests of the program's own definition. */
import type { Io, Output } from "../../../packages/configstream/src/cli/io.js";

export function plainIo(columns = 80): Io & { readonly written: () => string } {
  let written = "";
  const output: Output = {
    write: (text) => {
      written += text;
    },
    isTerminal: false,
    columns,
  };
  return {
    out: output,
    err: output,
    terminal: undefined,
    env: {},
    systemConfigFile: "/nowhere/datadog.yaml",
    interrupt: new AbortController().signal,
    written: () => written,
  };
}
