/** `configstream completion`. */
import { Argument, type Command } from "commander";
import { completable } from "../completion/model.js";
import { completionScript, type Shell, shells } from "../completion/scripts.js";
import { addNotes } from "../help.js";
import type { Io } from "../io.js";

export function addCompletion(program: Command, io: Io): void {
  const command = program
    .command("completion")
    .description("print a script that completes commands and options in a shell")
    .addArgument(new Argument("<shell>", "the shell").choices(shells))
    .action((shell: Shell) => io.out.write(completionScript(shell, completable(program))));
  addNotes(
    command,
    [],
    [
      'eval "$(configstream completion bash)"',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: for a shell
      'configstream completion zsh > "${fpath[1]}/_configstream"',
      "configstream completion fish > ~/.config/fish/completions/configstream.fish",
    ],
  );
}
