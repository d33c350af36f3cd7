// How the demonstration looks in a terminal; without one, and with NO_COLOR, plain.
import { styleText } from "node:util";

const coloured = process.stdout.isTTY && !process.env.NO_COLOR;
const style = (format, text) => (coloured ? styleText(format, text) : text);

export const page = {
  chapter: (title) => console.log(`\n${style("bold", style("cyan", `── ${title} `.padEnd(78, "─")))}`),
  say: (text) => console.log(`   ${text}`),
  done: (text) => console.log(` ${style("green", "✓")} ${text}`),
  lines: (lines) => console.log(lines.map((line) => `   ${line}`).join("\n")),
  /** A command, what it said, and its exit code where it is not 0. */
  command(args, { out, err, code }) {
    console.log(`   ${style("bold", `$ configstream fleet ${args.map(quoted).join(" ")}`)}`);
    for (const line of `${out}${err}`.trim().split("\n")) console.log(`   ${line}`);
    if (code !== 0) console.log(`   ${style("dim", `(exit code ${code})`)}`);
  },
};

function quoted(word) {
  return /^[\w.=:/-]+$/.test(word) ? word : `'${word}'`;
}
