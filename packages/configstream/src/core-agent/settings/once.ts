/** Says each sentence once. Pure. */

/** Sentences that are kept to be recognized; past it, old ones may be said again. */
const mostKept = 1_000;

export function createOnce(say: (message: string) => void): (message: string) => void {
  const said = new Set<string>();
  return (message) => {
    if (said.has(message)) return;
    if (said.size >= mostKept) said.clear();
    said.add(message);
    say(message);
  };
}
