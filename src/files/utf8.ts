/** Turns the bytes of a file into text, or gives the place of the bytes that are not text. Pure. */
import { YamlFault } from "./yaml-tree.js";

/** @throws YamlFault naming the line, and the key that seems to stand there, of the first bytes that are not valid UTF-8. */
export function decodeUtf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw invalidText(bytes);
  }
}

function invalidText(bytes: Uint8Array): YamlFault {
  const lines = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1").split("\n");
  const index = lines.findIndex((line) => !isValid(line));
  const line = lines[Math.max(index, 0)] ?? "";
  const key = /^[ \t-]*([\w.-]{1,100})[ \t]*:/.exec(line)?.[1];
  const where = key === undefined ? "" : `, at the key ${JSON.stringify(key)}`;
  return new YamlFault(`it is not valid UTF-8${where}`, { line: Math.max(index, 0) + 1, column: 1 });
}

/** @param line Bytes as Latin-1. A UTF-8 character never crosses the end of a line. */
function isValid(line: string): boolean {
  const bytes = Buffer.from(line, "latin1");
  return Buffer.from(bytes.toString("utf8"), "utf8").equals(bytes);
}
