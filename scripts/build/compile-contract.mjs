// Compiles proto/ and packages/configstream/proto/ into packages/configstream/src/core-agent/contract-descriptor.generated.ts and
// src/store/etcd/descriptor.generated.ts, so that nothing is read from disk at run time.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import protobuf from "protobufjs";
import { filesBelow } from "./files.mjs";

const companion = fileURLToPath(new URL("../../packages/configstream/", import.meta.url));
const contracts = [
  {
    folder: fileURLToPath(new URL("../../proto/", import.meta.url)),
    name: "contractDescriptor",
    target: `${companion}src/core-agent/contract-descriptor.generated.ts`,
  },
  {
    folder: `${companion}proto/`,
    name: "etcdDescriptor",
    target: `${companion}src/store/etcd/descriptor.generated.ts`,
  },
];

export function compileContract() {
  for (const contract of contracts) compile(contract);
}

function compile({ folder, name, target }) {
  const files = filesBelow(folder)
    .map((path) => relative(folder, path).replaceAll("\\", "/"))
    .sort();
  const root = new protobuf.Root();
  root.resolvePath = (_origin, path) => (path.startsWith("google/protobuf/") ? path : `${folder}${path}`);
  root.loadSync(files, { keepCase: true });
  root.resolveAll();
  const descriptor = root.toJSON();
  snakeCaseFields(descriptor.nested.google?.nested.protobuf.nested ?? {});
  const text = `// Made by scripts/build/compile-contract.mjs from the .proto files. Do not edit.
export const ${name}: unknown = ${JSON.stringify(descriptor, null, 2)};
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
