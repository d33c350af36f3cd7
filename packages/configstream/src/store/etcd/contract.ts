/** etcd's services as grpc-js takes them, compiled from proto/etcd.proto at build time. */
import { createRequire } from "node:module";
import type { PackageDefinition } from "@grpc/proto-loader";
import { ConfigStreamError } from "configstream-consumer/internal";
import { etcdDescriptor } from "./descriptor.generated.js";

const require = createRequire(import.meta.url);

let loaded: PackageDefinition | undefined;

/**
 * Loaded once, because the code that takes messages apart is made for each one anew and is slow until it is warm.
 *
 * @throws ConfigStreamError of code `unsupported` where the process may not make code from text, which proto-loader does.
 */
export function loadEtcdContract(): PackageDefinition {
  loaded ??= load();
  return loaded;
}

function load(): PackageDefinition {
  let loader: typeof import("@grpc/proto-loader");
  try {
    // Loaded when it is needed, because it makes code from text as soon as it is loaded.
    loader = require("@grpc/proto-loader") as typeof loader;
  } catch (error) {
    if (!(error instanceof EvalError)) throw error;
    throw new ConfigStreamError(
      "unsupported",
      "This process was started with --disallow-code-generation-from-strings, and @grpc/proto-loader, by which a store is read, " +
        "makes code from text; run the core agent without that flag, or without a store.",
      { cause: error },
    );
  }
  return loader.fromJSON(etcdDescriptor as Parameters<typeof loader.fromJSON>[0], {
    keepCase: true,
    longs: String,
    enums: String,
    defaults: false,
    arrays: false,
    objects: false,
    oneofs: false,
  });
}
