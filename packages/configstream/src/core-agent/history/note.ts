/** Who changed something and why, as the caller says. Pure. */
import { checkNames, InvalidOptionError } from "configstream-consumer/internal";

/** For the history; both may be left out. */
export interface ChangeNote {
  readonly by?: string | undefined;
  readonly reason?: string | undefined;
}

const maxLength = 1_000;

/** @throws InvalidOptionError for what is no text, or too long. */
export function checkNote(note: ChangeNote = {}): ChangeNote {
  checkNames(note, ["by", "reason"], "The note of a change");
  const { by, reason } = note;
  for (const [name, text] of Object.entries({ by, reason })) {
    if (text === undefined || (typeof text === "string" && text.length <= maxLength)) continue;
    throw new InvalidOptionError(`The ${name} of a change must be a text of at most ${maxLength} characters.`);
  }
  return { ...(by === undefined ? {} : { by }), ...(reason === undefined ? {} : { reason }) };
}
