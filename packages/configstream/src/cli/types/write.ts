/** Writes a schema as a TypeScript interface. Deterministic: the same keys and types give the same text. Pure. */

import { jsonText } from "../terminal/printable.js";
import type { Schema } from "./type-text.js";

const packageTypes = ["Bytes", "ConfigValue", "Duration"];

export function writeInterface(schema: Schema, name: string): string {
  const entries = [...schema].sort(([a], [b]) => (a < b ? -1 : 1));
  const used = packageTypes.filter((type) => entries.some(([, text]) => new RegExp(`\\b${type}\\b`).test(text)));
  const imports = used.length === 0 ? "" : `import type { ${used.join(", ")} } from "configstream-consumer";\n\n`;
  const members = entries.map(([key, type]) => `  ${jsonText(key)}: ${type};\n`).join("");
  return `// Written by configstream types. To follow the core agent, write it again rather than edit it.\n${imports}export interface ${name} {\n${members}}\n`;
}
