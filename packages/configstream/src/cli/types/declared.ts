/** Finds in TypeScript or JavaScript which settings it declares and which it reads. Pure. */
import { lowerCase } from "configstream-consumer/internal";
import type { TypeText } from "./type-text.js";

export interface DeclaredKey {
  readonly type: TypeText;
  /** With a question mark: it need not be there. */
  readonly optional: boolean;
}

/**
 * The members of an interface (or of a type that is an object). `undefined`: the text declares none of that name.
 *
 * @param name Default: the first one whose members have quoted names.
 */
export function declaredKeys(text: string, name?: string): ReadonlyMap<string, DeclaredKey> | undefined {
  const code = withoutComments(text);
  const head = /\b(?:interface|type)\s+(\w+)(?:\s+extends\s+[\w\s,<>]+)?\s*=?\s*\{/g;
  for (const match of code.matchAll(head)) {
    if (name !== undefined && match[1] !== name) continue;
    const members = membersOf(code.slice(match.index + match[0].length));
    if (name !== undefined || members.size > 0) return members;
  }
  return undefined;
}

function membersOf(body: string): ReadonlyMap<string, DeclaredKey> {
  const members = new Map<string, DeclaredKey>();
  for (const member of splitMembers(body)) {
    const parts = /^(?:readonly\s+)?(?:"([^"]+)"|'([^']+)'|(\w+))(\?)?\s*:\s*([\s\S]+)$/.exec(member);
    const key = parts?.[1] ?? parts?.[2] ?? parts?.[3];
    if (key !== undefined) members.set(key, { type: parts?.[5]?.trim() ?? "", optional: parts?.[4] === "?" });
  }
  return members;
}

/** Up to the brace that ends the body; members end with a semicolon, a comma, or a line that does not go on. */
function splitMembers(body: string): readonly string[] {
  const members: string[] = [];
  let member = "";
  let depth = 0;
  let quote = "";
  for (let i = 0; i < body.length; i++) {
    const letter = body.charAt(i);
    if (quote !== "") {
      if (letter === quote) quote = "";
      member += letter;
      continue;
    }
    if (letter === '"' || letter === "'") quote = letter;
    if ("{[(<".includes(letter)) depth += 1;
    if ("}])>".includes(letter)) {
      if (depth === 0) break;
      depth -= 1;
    }
    const isEnd = letter === ";" || letter === "," || (letter === "\n" && !goesOn(member, body.slice(i)));
    if (depth === 0 && isEnd) {
      members.push(member.trim());
      member = "";
    } else member += letter;
  }
  return [...members, member.trim()].filter((one) => one !== "");
}

function goesOn(member: string, rest: string): boolean {
  return member.trim() === "" || /[:|]\s*$/.test(member) || /^\s*\|/.test(rest);
}

/** Keys that are given as texts to the getters of a reader, with whether a section does as well. */
export function usedKeys(text: string): ReadonlyMap<string, { readonly sectionFits: boolean }> {
  const used = new Map<string, { sectionFits: boolean }>();
  const calls =
    /\.(getString|getBool|getInt|getInt32|getInt64|getFloat64|getDuration|getStringSlice|getFloat64Slice|getStringMap|getStringMapString|getStringMapStringSlice|getSizeInBytes|setting)(?:<[^>()]*>)?\(\s*(["'`])([\w.\-/]+)\2/g;
  for (const [, getter = "", , key = ""] of withoutComments(text).matchAll(calls)) {
    const name = lowerCase(key);
    const sectionFits = getter.startsWith("getStringMap") && (used.get(name)?.sectionFits ?? true);
    used.set(name, { sectionFits });
  }
  return used;
}

/** Quotes are minded: `"https://…"` holds no comment. */
function withoutComments(text: string): string {
  return text.replace(
    /("(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')|\/\/[^\n]*|\/\*[\s\S]*?\*\//g,
    (_all, quoted?: string) => quoted ?? "",
  );
}
