/** Messages of schemas without the values that they quote: a setting may be a secret. */

const wordCharacter = /[\p{L}\p{N}_]/u;

/** The message, with an ellipsis for each text, number and boolean that is `value` or inside it. */
export function withoutValues(message: string, value: unknown): string {
  // The longest first: one may be a part of another.
  const leaves = [...new Set(leavesOf(value))].sort((a, b) => b.length - a.length);
  return leaves.reduce(without, message);
}

function without(message: string, leaf: string): string {
  const parts = message.split(leaf);
  let kept = parts[0] as string;
  for (const part of parts.slice(1)) {
    // A short value may be part of a word that means something else.
    const isInWord = isWord(kept.at(-1), leaf.at(0)) || isWord(leaf.at(-1), part.at(0));
    kept += (isInWord ? leaf : "…") + part;
  }
  return kept;
}

function isWord(before: string | undefined, after: string | undefined): boolean {
  return before !== undefined && after !== undefined && wordCharacter.test(before) && wordCharacter.test(after);
}

function* leavesOf(value: unknown): Generator<string> {
  if (typeof value === "object" && value !== null) for (const inner of Object.values(value)) yield* leavesOf(inner);
  else if (typeof value === "string" && value !== "") {
    yield value;
    yield JSON.stringify(value).slice(1, -1);
  } else if (typeof value === "number" || typeof value === "boolean") yield String(value);
}
