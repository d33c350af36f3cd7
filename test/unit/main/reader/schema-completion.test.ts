import { fileURLToPath } from "node:url";
import ts from "typescript";
import { expect, it } from "vitest";

const root = fileURLToPath(new URL("../../../../", import.meta.url));
const file = fileURLToPath(new URL("completion.ts", import.meta.url));

/** What an editor offers at the bar in a line of code that reads by the schema below. */
function offered(line: string): string[] {
  const head = `
    import type { Reader } from "../../../../src/main/reader/api.js";
    interface Schema { "log_level": string; "api_key": string; "my_agent.port": number; "my_agent.on": boolean }
    declare const cfg: Reader<Schema>;
  `;
  const text = head + line.replace("|", "");
  const host: ts.LanguageServiceHost = {
    getCompilationSettings: () => ({
      strict: true,
      target: ts.ScriptTarget.ES2023,
      module: ts.ModuleKind.NodeNext,
      moduleResolution: ts.ModuleResolutionKind.NodeNext,
      lib: ["lib.es2023.d.ts", "lib.esnext.disposable.d.ts"],
      types: [],
    }),
    getScriptFileNames: () => [file],
    getScriptVersion: () => "1",
    getScriptSnapshot: (name) => {
      const content = name === file ? text : ts.sys.readFile(name);
      return content === undefined ? undefined : ts.ScriptSnapshot.fromString(content);
    },
    getCurrentDirectory: () => root,
    getDefaultLibFileName: (options) => ts.getDefaultLibFilePath(options),
    fileExists: (name) => name === file || ts.sys.fileExists(name),
    readFile: (name) => ts.sys.readFile(name),
    directoryExists: (name) => ts.sys.directoryExists(name),
  };
  const service = ts.createLanguageService(host);
  const found = service.getCompletionsAtPosition(file, head.length + line.indexOf("|"), {});
  service.dispose();
  return (found?.entries ?? []).map(({ name }) => name).sort();
}

it("an editor offers the keys that fit a getter, sections where they can be read, and conversions that fit a key", () => {
  expect(offered('cfg.getString("|")')).toEqual(["api_key", "log_level"]);
  expect(offered('cfg.getInt("|")')).toEqual(["my_agent.port"]);
  expect(offered('cfg.getStringMap("|")')).toEqual(["my_agent"]);
  expect(offered('cfg.get("|")')).toEqual(["api_key", "log_level", "my_agent", "my_agent.on", "my_agent.port"]);
  expect(offered('cfg.hasSection("|")')).toContain("my_agent");
  expect(offered('cfg.get("my_agent")?.|')).toEqual(["on", "port"]);
  expect(offered('cfg.setting("my_agent.on").|')).toEqual(["as", "asBool"]);
}, 60_000);
