/** The texts below the options in the help of a command. */
import type { Command } from "commander";
import { ansiStyle } from "./terminal/style.js";
import { wrap } from "./terminal/text.js";

/** Adds paragraphs, broken into lines to fit the width of the help, and commands to copy, which are not. */
export function addNotes(command: Command, paragraphs: readonly string[], examples: readonly string[]): Command {
  return command.addHelpText("after", ({ command: shown, error }) => {
    const { getOutHelpWidth, getErrHelpWidth } = shown.configureOutput();
    const columns = (error ? getErrHelpWidth : getOutHelpWidth)?.() ?? 80;
    const texts = paragraphs.map((paragraph) => `\n${wrap(paragraph, columns).join("\n")}`);
    // Commander removes colours where they are not wanted.
    const title = `\n${ansiStyle("bold", examples.length > 1 ? "Examples:" : "Example:")}`;
    return [...texts, title, ...examples.map((line) => `  ${line}`)].join("\n");
  });
}
