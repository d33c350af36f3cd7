/** Typings for the ES module builds of comlink and its adapter, which the package has only for its other builds. */
declare module "comlink/dist/esm/comlink.mjs" {
  export * from "comlink";
}

declare module "comlink/dist/esm/node-adapter.mjs" {
  import type { MessagePort } from "node:worker_threads";
  import type { Endpoint } from "comlink";

  const nodeEndpoint: (port: MessagePort) => Endpoint;

  // biome-ignore lint/style/noDefaultExport: it is what the module has.
  export { nodeEndpoint as default };
}
