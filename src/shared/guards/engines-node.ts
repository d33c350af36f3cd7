/**
 * What Node.js loads as `#guard-engines`: the validator of JSON Schema and the engine of patterns, each loaded when a guard first
 * needs it. Both are inside of one file that the build makes (scripts/build/bundle-guard-engines.mjs), so that they are not installed.
 *
 * Bundlers cannot see through this. They know the condition `module` of package.json, and get that file itself.
 */
import { createRequire } from "node:module";

/** What guards use of ajv. */
export interface Ajv {
  addKeyword(definition: object): unknown;
  removeKeyword(name: string): unknown;
  compile(schema: object): SchemaCheck;
}

/** A compiled schema: whether a value meets it, and, when it does not, why. */
export interface SchemaCheck {
  (value: unknown): unknown;
  readonly errors?: readonly { readonly schemaPath: string; readonly message?: string }[] | null;
}

/** What guards use of re2js: patterns whose matching takes time linear in the text, whatever they are. */
export interface Re2 {
  compile(pattern: string): { test(text: string): boolean };
}

/** The two, each loaded by the call. Throw what `require` throws. */
interface GuardEngines {
  loadAjv(): new (options: object) => Ajv;
  loadRe2(): Re2;
}

const engines = (): GuardEngines => createRequire(import.meta.url)("./engines.generated.cjs");

export const loadAjv: GuardEngines["loadAjv"] = () => engines().loadAjv();
export const loadRe2: GuardEngines["loadRe2"] = () => engines().loadRe2();
