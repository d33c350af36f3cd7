/** The providers, loaded when the first credentials are there: a consumer that serves nothing loads nothing of them. */
import type { ServeParams } from "../../shared/params.js";
import type { EngineLog, Providers } from "../ports.js";
import type { ProviderSources } from "./sources.js";

export function lazyProviders(params: ServeParams, sources: ProviderSources, log: EngineLog): Providers {
  let loaded: Promise<Providers> | undefined;
  const load = async (): Promise<Providers> => {
    const { createProviders } = await import("./providers.js");
    return createProviders(params, sources, log);
  };
  return {
    async open(credentials) {
      loaded ??= load();
      return await (await loaded).open(credentials);
    },
    answerAs(sessionId) {
      void loaded?.then((providers) => providers.answerAs(sessionId));
    },
    async close() {
      await (await loaded)?.close();
    },
  };
}
