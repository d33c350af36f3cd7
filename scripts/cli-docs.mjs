// Writes docs/cli.md from the command's own help. With --check it only reports whether the page is up to date. Needs dist/.
import { readFileSync, realpathSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { exitCodes } from "../packages/configstream/build/cli/exit.js";
import { createProgram } from "../packages/configstream/build/cli/program.js";

const page = fileURLToPath(new URL("../docs/cli.md", import.meta.url));
const columns = 100;

const meanings = {
  ok: "Done. A command that runs until it is interrupted ends with it as well.",
  failed: "What was asked for could not be done, or `doctor` found a failure; one line on standard error says why.",
  usage: "Wrong usage: an unknown command or option, or a value that is refused.",
  differs: "`types --check` only: a key that is declared or read is gone, or has another type.",
};

/** The help of one command, as it is printed where there is no terminal. */
async function helpOf(path) {
  let text = "";
  const output = {
    write: (part) => {
      text += part;
    },
    isTerminal: false,
    columns,
  };
  const program = await createProgram({ out: output, err: output, env: {}, interrupt: new AbortController().signal });
  const command = path === undefined ? program : program.commands.find((each) => each.name() === path);
  command.outputHelp();
  return text.trimEnd();
}

/** The whole page. */
export async function cliDocs() {
  const program = await createProgram({ out: {}, err: {}, env: {}, interrupt: new AbortController().signal });
  const commands = program.commands.map((command) => command.name());
  const links = program.commands.map((command) => {
    return `- [\`configstream ${command.name()}\`](#configstream-${command.name()}): ${command.description()}`;
  });
  const codes = Object.entries(exitCodes).map(([name, code]) => `| ${code} | ${meanings[name]} |`);
  const sections = await Promise.all(["", ...commands].map((name) => section(name)));
  return `# The command

Written by \`node scripts/cli-docs.mjs\` from the command's own help.

${links.join("\n")}

| exit code | meaning |
|---|---|
${codes.join("\n")}

A signal ends a command with 128 and the number of the signal, unless it is what ends it in order.

${sections.join("\n")}`;
}

async function section(name) {
  const title = name === "" ? "configstream" : `configstream ${name}`;
  return `## ${title}\n\n\`\`\`text\n${await helpOf(name === "" ? undefined : name)}\n\`\`\`\n`;
}

if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  if (!process.argv.includes("--check")) writeFileSync(page, await cliDocs());
  else if (readFileSync(page, "utf8") !== (await cliDocs())) {
    console.error("docs/cli.md is not up to date; run node scripts/cli-docs.mjs.");
    process.exitCode = 1;
  }
}
