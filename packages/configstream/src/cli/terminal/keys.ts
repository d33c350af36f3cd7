/** From what a terminal sends to keys. Pure. */

/** A key: its name, such as `UP` or `CTRL_C`, or the character that was typed. */
export interface Key {
  readonly name: string;
  readonly isCharacter: boolean;
}

/** What node:readline reports about a keypress. */
export interface Keypress {
  readonly name?: string | undefined;
  readonly ctrl?: boolean | undefined;
  readonly meta?: boolean | undefined;
  readonly sequence?: string | undefined;
}

const names: { readonly [name: string]: string } = {
  up: "UP",
  down: "DOWN",
  left: "LEFT",
  right: "RIGHT",
  pageup: "PAGE_UP",
  pagedown: "PAGE_DOWN",
  home: "HOME",
  end: "END",
  backspace: "BACKSPACE",
  delete: "DELETE",
  return: "ENTER",
  enter: "ENTER",
  escape: "ESCAPE",
  tab: "TAB",
};

/** The enter key of the number pad in its application mode, which readline does not know. */
const padEnter = "\u001bOM";

/** The key of a keypress. @param text What readline read as text; nothing for other keys. */
export function keyOf(text: string | undefined, { name, ctrl, meta, sequence }: Keypress): Key {
  if (sequence === padEnter) return { name: "ENTER", isCharacter: false };
  if (ctrl && name !== undefined) return { name: `CTRL_${name.toUpperCase()}`, isCharacter: false };
  const known = name === undefined ? undefined : names[name];
  if (known !== undefined) return { name: known, isCharacter: false };
  const isCharacter = text !== undefined && !meta && /^[^\p{Cc}\p{Cs}]+$/u.test(text);
  return isCharacter ? { name: text, isCharacter } : { name: name ?? "UNKNOWN", isCharacter: false };
}
