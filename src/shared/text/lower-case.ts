/**
 * The lower case by which keys are compared: letter by letter, as Go's `strings.ToLower` does. JavaScript's looks at the letters
 * around (a sigma at the end of a word) and makes two of one (`İ`), so that a section or a prefix would find nothing.
 */

/** Letters that are younger than the tables of Go (Unicode 15), which leaves them as they are, on every version of Node.js. */
const young = /[\u1c89\ua7cb\ua7cc\ua7ce\ua7d2\ua7d4\ua7da\ua7dc\u{10d50}-\u{10d65}\u{16ea0}-\u{16eb8}]/u;
// biome-ignore lint/suspicious/noControlCharactersInRegex: the question is whether all of it is ASCII.
const ascii = /^[\u0000-\u007f]*$/;

/** The form in which keys are compared. */
export function lowerCase(text: string): string {
  const whole = text.toLowerCase();
  // Most keys have no capital letter: what JavaScript leaves as it is all through, Go leaves as well.
  if (whole === text) return text;
  // In ASCII both languages agree.
  if (ascii.test(text)) return whole;
  let lower = "";
  for (const letter of text) lower += lowerLetter(letter);
  return lower;
}

function lowerLetter(letter: string): string {
  if (letter === "\u0130") return "i";
  return young.test(letter) ? letter : letter.toLowerCase();
}
