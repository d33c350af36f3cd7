import fc from "fast-check";
import { expect, it } from "vitest";
import { knownText } from "../../../src/wire/known-texts.js";

const read = (bytes: Buffer): string =>
  knownText(Buffer.concat([Buffer.from("xx"), bytes, Buffer.from("yy")]), 2, bytes.length);

it("gives the text of any bytes as a decoder of UTF-8 does, whatever texts came before", () => {
  const pieces = fc.oneof(
    fc.uint8Array({ maxLength: 6 }).map((bytes) => Buffer.from(bytes)),
    fc.string({ unit: "grapheme", maxLength: 6 }).map((text) => Buffer.from(text)),
    fc
      .constantFrom("", "my_agent.port", "file", "é", "x".repeat(128), "x".repeat(129))
      .map((text) => Buffer.from(text)),
  );
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 20 }), (all) => {
      for (const bytes of [...all, ...all]) expect(read(bytes)).toBe(bytes.toString("utf8"));
    }),
  );
});

it("takes no bytes for a text whose letters have the same numbers", () => {
  // Many, so that some have the place of the text.
  for (let i = 0; i < 20_000; i++) {
    const text = `é${i}`;
    read(Buffer.from(text));
    const bytes = Buffer.from(text, "latin1");
    expect(read(bytes)).toBe(bytes.toString("utf8"));
  }
});
