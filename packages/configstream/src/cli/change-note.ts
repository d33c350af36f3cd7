/** Who changes something and why, as options of the commands that do. */
import { userInfo } from "node:os";
import type { Command } from "commander";

export interface NoteOptions {
  readonly reason?: string;
  readonly by?: string;
}

export function addNoteOptions(command: Command): Command {
  return command
    .option("--reason <text>", "why, for the history")
    .option("--by <name>", "who, for the history (default: the user)");
}

export function noteOf({ by, reason }: NoteOptions): { readonly by: string; readonly reason?: string } {
  return { by: by ?? userName(), ...(reason === undefined ? {} : { reason }) };
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    // A process can run as a user that has no name.
    return "";
  }
}
