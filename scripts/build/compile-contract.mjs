// Compiles proto/ into packages/configstream/src/core-agent/contract-descriptor.generated.ts, so that nothing is read from disk at run time.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import protobuf from "protobufjs";
import { filesBelow } from "./files.mjs";

const protoRoot = fileURLToPath(new URL("../../proto/", import.meta.url));
const target = fileURLToPath(
  new URL("../../packages/configstream/src/core-agent/contract-descriptor.generated.ts", import.meta.url),
);
const files = filesBelow(protoRoot)
  .map((path) => relative(protoRoot, path).replaceAll("\\", "/"))
  .sort();

export function compileContract() {
  const root = new protobuf.Root();
  root.resolvePath = (_origin, path) => (path.startsWith("google/protobuf/") ? path : `${protoRoot}${path}`);
  root.loadSync(files, { keepCase: true });
  root.resolveAll();
  const descriptor = root.toJSON();
  snakeCaseFields(descriptor.nested.google.nested.protobuf.nested);
  const text = `// Made by scripts/build/compile-contract.mjs from proto/. Do not edit.
export const contractDescriptor: unknown = ${JSON.stringify(descriptor, null, 2)};
`;
  // Untouched when equal, so that an incremental build stays incremental.
  if (!existsSync(target) || readFileSync(target, "utf8") !== text) writeFileSync(target, text);
}

/** protobufjs brings google/protobuf/struct.proto along with camel-cased names; ours keep the case of the .proto files. */
function snakeCaseFields(messages) {
  const snake = (name) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  for (const message of Object.values(messages)) {
    if (message.fields === undefined) continue;
    message.fields = Object.fromEntries(Object.entries(message.fields).map(([name, field]) => [snake(name), field]));
    for (const oneof of Object.values(message.oneofs ?? {})) oneof.oneof = oneof.oneof.map(snake);
  }
}
