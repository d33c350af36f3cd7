/**
 * Everything that reads text from the wire, a file, a command line or the environment takes time that grows no faster than the
 * text. A function that takes time with the square of it can be made to hold up its thread by a text that others wrote.
 */
import { describe, expect, it } from "vitest";
import { parseAddress } from "../../../packages/configstream/src/cli/connection/options.js";
import { describeFailure } from "../../../packages/configstream/src/cli/exit.js";
import { givenSettings } from "../../../packages/configstream/src/cli/settings/given-settings.js";
import { maskValue } from "../../../packages/configstream/src/cli/settings/mask.js";
import { toTree } from "../../../packages/configstream/src/cli/settings/settings-tree.js";
import { formatValue } from "../../../packages/configstream/src/cli/terminal/format.js";
import { Frame } from "../../../packages/configstream/src/cli/terminal/frame.js";
import { jsonText, printable, printableLines } from "../../../packages/configstream/src/cli/terminal/printable.js";
import { plainStyle } from "../../../packages/configstream/src/cli/terminal/style.js";
import { layOut, tableLine } from "../../../packages/configstream/src/cli/terminal/table.js";
import { displayWidth, fitTo, truncate, wrap } from "../../../packages/configstream/src/cli/terminal/text.js";
import { compare } from "../../../packages/configstream/src/cli/types/compare.js";
import { fitsDeclared } from "../../../packages/configstream/src/cli/types/type-text.js";
import { mapEnvironment } from "../../../src/files/env.js";
import { readDefaults } from "../../../src/files/known-keys.js";
import { parseYamlValue } from "../../../src/files/yaml.js";
import { withContinuedLines } from "../../../src/files/yaml-continued.js";
import { suggest } from "../../../src/shared/options/suggest.js";
import { holdsCredential, looksLikeCredential, withoutUrlLogins } from "../../../src/shared/text/credential-names.js";
import {
  fields,
  parseGoBool,
  parseGoDuration,
  parseGoFloat,
  parseGoInt,
  trimSpace,
} from "../../../src/shared/text/go-text.js";
import { describeThrown } from "../../../src/shared/thrown.js";
import { parseCertificateFile } from "../../../src/worker/link/credentials.js";
import { explainFailure } from "../../../src/worker/link/grpc-failure.js";
import { tooSlowAt } from "../../support/hostile/growth.js";

/** Texts of a length, each of a kind that a careless pattern reads again and again. */
const hostile: { readonly [name: string]: (length: number) => string } = {
  "one letter": (length) => "y".repeat(length),
  "one digit": (length) => "9".repeat(length),
  blanks: (length) => `a${" ".repeat(length)}b`,
  "line breaks": (length) => "\n".repeat(length),
  dots: (length) => ".".repeat(length),
  dashes: (length) => "-".repeat(length),
  underscores: (length) => "_".repeat(length),
  quotes: (length) => '"'.repeat(length),
  "escaped quotes without an end": (length) => `x "${'\\"'.repeat(length / 2)}`,
  "backslashes behind a quote": (length) => `x '${"\\a".repeat(length / 2)}`,
  "letters and digits": (length) => "a1".repeat(length / 2),
  "digits and dots": (length) => "1.".repeat(length / 2),
  "digits and underscores": (length) => "1_".repeat(length / 2),
  "letters and blanks": (length) => "a ".repeat(length / 2),
  "blanks and line breaks": (length) => " \n".repeat(length / 2),
  "schemes of URLs": (length) => "a://".repeat(length / 4),
  "a login without an end": (length) => `https://${"u:".repeat(length / 2)}`,
  "names of credentials": (length) => "_additional_endpoints".repeat(length / 21),
  "beginnings of PEM blocks": (length) => "-----BEGIN CERTIFICATE-----".repeat(length / 27),
  durations: (length) => "1h".repeat(length / 2),
  "open brackets": (length) => "{".repeat(length),
  "heads of interfaces": (length) => "interface A { ".repeat(length / 14),
  "members without an end": (length) => `interface A { ${"\n | a".repeat(length / 5)}`,
  "a map in a map": (length) => `interface A { a: ${"{ [k: string]: ".repeat(length / 15)}`,
  "calls of getters": (length) => "r.getInt<".repeat(length / 9),
  "beginnings of comments": (length) => "/* ".repeat(length / 3),
  "white space of Unicode": (length) => `${"\u00a0".repeat(length)}b`,
  "wide signs": (length) => "日".repeat(length / 2),
  "marks on one letter": (length) => `e${"\u0301".repeat(length)}`,
  "joined emoji": (length) => "👩\u200d".repeat(length / 3),
  "control characters": (length) => "\u001b".repeat(length),
};

const failureContext = {
  address: "localhost:5001",
  tls: true,
  authTokenFile: "auth_token",
  ipcCertFile: "ipc_cert.pem",
  maxReceiveMessageBytes: 1_024,
  timeoutMs: 1_000,
  secrets: ["secret"],
};
const columns = [{ title: "KEY" }, { title: "VALUE", grow: 1 }] as const;
const { known } = readDefaults({ list: [], map: {}, count: 0, flag: false, rate: 1.5 });

/** What reads text that others wrote. */
const readers: { readonly [name: string]: (text: string) => unknown } = {
  looksLikeCredential,
  withoutUrlLogins: (text) => withoutUrlLogins(text, "***"),
  "holdsCredential of a value": (text) => holdsCredential("key", text),
  "holdsCredential of a key": (text) => holdsCredential(text, 1),
  "suggest for a long name": (text) => suggest(text, ["log_level", "api_key"]),
  "suggest among long names": (text) => suggest("log_level", [text]),
  "suggest, both long": (text) => suggest(text, [`${text}x`]),
  parseGoInt,
  parseGoFloat,
  parseGoBool,
  parseGoDuration,
  "parseGoDuration of many digits": (text) => parseGoDuration(`${text}s`),
  trimSpace,
  fields,
  parseAddress: (text) => attempt(() => parseAddress(text)),
  "scrubbing of a failed call": (text) =>
    explainFailure(
      { call: "RegisterRemoteAgent", grpcCode: 2, details: text, socketError: undefined, secured: true },
      failureContext,
    ),
  "scrubbing of a failed socket": (text) =>
    explainFailure(
      {
        call: "StreamConfigEvents",
        grpcCode: 14,
        details: text,
        socketError: { code: "", message: text },
        secured: false,
      },
      failureContext,
    ),
  describeThrown: (text) => describeThrown(Object.assign(new Error("m"), { stack: text, code: text })),
  describeFailure: (text) => describeFailure(new Error(text)),
  parseCertificateFile: (text) => attempt(() => parseCertificateFile(text, "ipc_cert.pem", 0)),
  mapEnvironment: (text) =>
    mapEnvironment({ DD_LIST: text, DD_MAP: text, DD_COUNT: text, DD_FLAG: text, DD_RATE: text }, known),
  parseYamlValue: (text) => attempt(() => parseYamlValue(text)),
  "parseYamlValue of a list": (text) => attempt(() => parseYamlValue(`[${text}, "${text}"]`)),
  "lines that go on": (text) => withContinuedLines(`${" ".repeat(text.length)}a: [\n${text}\n${text}: "\n${text}`),
  "settings on the command line": (text) => attempt(() => givenSettings([text, `a=${text}`], false)),
  maskValue: (text) => maskValue("key", [text, { [text]: text }]),
  formatValue,
  jsonText: (text) => jsonText({ [text]: text }, 2),
  printable,
  printableLines,
  displayWidth,
  truncate: (text) => truncate(text, 40),
  fitTo: (text) => fitTo(text, 40),
  wrap: (text) => wrap(text, 40),
  "a table": (text) => tableLine(columns, layOut(columns, [[text, text]], 80), [text, text]),
  "a frame": (text) => [new Frame(40, plainStyle).line(text), new Frame(40, plainStyle).top(text, text)],
  toTree: (text) => toTree([[text, 1]]),
  "types --check": (text) => compare(text, new Map([["log_level", "string"]])),
  "types --check of a named interface": (text) => compare(text, new Map([["log_level", "string"]]), "A"),
  fitsDeclared: (text) => fitsDeclared("string", text),
};

function attempt(read: () => unknown): unknown {
  try {
    return read();
  } catch (thrown) {
    return thrown;
  }
}

/** The texts on which the time grows faster than they do. */
function tooSlow(read: (text: string) => unknown): readonly string[] {
  return Object.entries(hostile).flatMap(([name, make]) => {
    const length = tooSlowAt(read, make);
    return length === undefined ? [] : [`${name}: ${length} characters`];
  });
}

describe("text from outside", () => {
  it.each(Object.entries(readers))(
    "is read by %s in time that grows no faster than the text",
    { timeout: 300_000 },
    (_name, read) => {
      expect(tooSlow(read)).toEqual([]);
    },
  );

  it("would be found to be read in the square of the time", { timeout: 60_000 }, () => {
    const url = (text: string) => /[a-z][a-z0-9]*:/.test(text);
    const ending = (text: string) => text.replace(/\s+$/, "");
    const foundAt = (read: (text: string) => unknown, make: (length: number) => string) =>
      tooSlowAt(read, make, [3_000, 30_000], 1);
    expect(foundAt(url, hostile["one letter"] as (length: number) => string)).toBe(30_000);
    expect(foundAt(ending, hostile.blanks as (length: number) => string)).toBe(30_000);
  });
});
