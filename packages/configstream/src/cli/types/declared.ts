/** Finds in TypeScript or JavaScript which settings it declares and which it reads. Pure. */
import { lowerCase } from "configstream-consumer/internal";
import { contentOf, type Token, tokensOf } from "./tokens.js";
import type { TypeText } from "./type-text.js";

export interface DeclaredKey {
  readonly type: TypeText;
  /** With a question mark: it need not be there. */
  readonly optional: boolean;
  /** Where it is, from 1. */
  readonly line: number;
}

export interface UsedKey {
  /** Every call that reads it would take a section as well. */
  readonly sectionFits: boolean;
  /** Of the first call, from 1. */
  readonly line: number;
}

/**
 * The members of an interface (or of a type that is an object). `undefined`: the text declares none of that name.
 *
 * @param name Default: the first one that has members.
 */
export function declaredKeys(text: string, name?: string): ReadonlyMap<string, DeclaredKey> | undefined {
  const tokens = tokensOf(text);
  for (let at = 0; at < tokens.length; at++) {
    const head = tokens[at]?.source;
    if ((head !== "interface" && head !== "type") || tokens[at + 1]?.kind !== "word") continue;
    const body = bodyAfter(tokens, at + 2, head === "type");
    if (body === undefined || (name !== undefined && tokens[at + 1]?.source !== name)) continue;
    const { members, end } = membersFrom(tokens, body);
    if (name !== undefined || members.size > 0) return members;
    at = end;
  }
  return undefined;
}

/** Words that may be between the name of an interface and its body; with more, it is not a declaration. */
const longestHead = 64;

/** Index behind the brace that begins the body; `undefined`: there is none. */
function bodyAfter(tokens: readonly Token[], from: number, isType: boolean): number | undefined {
  if (isType) return tokens[from]?.source === "=" && tokens[from + 1]?.source === "{" ? from + 2 : undefined;
  for (let at = from; at < Math.min(tokens.length, from + longestHead); at++) {
    const { kind, source } = tokens[at] as Token;
    if (source === "{") return at + 1;
    if (kind !== "word" && !["<", ">", ","].includes(source)) return undefined;
  }
  return undefined;
}

/** Up to the brace that ends the body; members end with a semicolon, a comma, or a line that does not go on. */
function membersFrom(tokens: readonly Token[], from: number): { members: Map<string, DeclaredKey>; end: number } {
  const members = new Map<string, DeclaredKey>();
  let member: Token[] = [];
  let depth = 0;
  const finish = (): void => {
    addMember(member, members);
    member = [];
  };
  let at = from;
  for (; at < tokens.length; at++) {
    const token = tokens[at] as Token;
    const { source } = token;
    if (depth === 0 && token.breakBefore && !goesOn(member.at(-1), token)) finish();
    if (depth === 0 && (source === ";" || source === ",")) {
      finish();
      continue;
    }
    if ("{[(<".includes(source)) depth += 1;
    if ("}])>".includes(source)) {
      if (depth === 0) break;
      depth -= 1;
    }
    member.push(token);
  }
  finish();
  return { members, end: at };
}

function goesOn(last: Token | undefined, next: Token): boolean {
  return last === undefined || last.source === ":" || last.source === "|" || next.source === "|";
}

function addMember(member: readonly Token[], members: Map<string, DeclaredKey>): void {
  const first = member[0]?.source === "readonly" && member[1]?.source !== ":" ? 1 : 0;
  const key = member[first];
  const optional = member[first + 1]?.source === "?";
  const colon = first + (optional ? 2 : 1);
  const type = member.slice(colon + 1);
  if (key === undefined || key.kind === "sign" || member[colon]?.source !== ":" || type.length === 0) return;
  const name = key.kind === "text" ? contentOf(key) : key.source;
  members.set(name, { type: sourceOf(type), optional, line: key.line });
}

function sourceOf(tokens: readonly Token[]): string {
  return tokens.map(({ source, blankBefore }, index) => (blankBefore && index > 0 ? ` ${source}` : source)).join("");
}

const getters = new Set([
  "getString",
  "getBool",
  "getInt",
  "getInt32",
  "getInt64",
  "getFloat64",
  "getDuration",
  "getStringSlice",
  "getFloat64Slice",
  "getStringMap",
  "getStringMapString",
  "getStringMapStringSlice",
  "getSizeInBytes",
  "setting",
]);

/** Keys that are given as texts to the getters of a reader. */
export function usedKeys(text: string): ReadonlyMap<string, UsedKey> {
  const used = new Map<string, UsedKey>();
  const tokens = tokensOf(text);
  for (let at = 1; at < tokens.length; at++) {
    const getter = tokens[at]?.source ?? "";
    if (!getters.has(getter) || tokens[at - 1]?.source !== ".") continue;
    const open = afterTypeArguments(tokens, at + 1);
    const key = tokens[open + 1];
    if (tokens[open]?.source !== "(" || key?.kind !== "text" || !/^[\w.\-/]+$/.test(contentOf(key))) continue;
    const name = lowerCase(contentOf(key));
    const before = used.get(name);
    const sectionFits = getter.startsWith("getStringMap") && (before?.sectionFits ?? true);
    used.set(name, { sectionFits, line: before?.line ?? key.line });
  }
  return used;
}

/** Longest list of type arguments that is looked through, in words and signs. */
const longestArguments = 64;

function afterTypeArguments(tokens: readonly Token[], from: number): number {
  if (tokens[from]?.source !== "<") return from;
  let depth = 0;
  for (let at = from; at < from + longestArguments; at++) {
    const source = tokens[at]?.source;
    if (source === "<") depth += 1;
    if (source === ">") depth -= 1;
    if (depth === 0) return at + 1;
  }
  return from;
}
