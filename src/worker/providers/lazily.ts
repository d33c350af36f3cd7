/** The providers, loaded when the first credentials are there: a consumer that serves nothing loads nothing of them. */
import type { ServeParams } from "../../shared/params.js";
import { describeThrown } from "../../shared/thrown.js";
import type { EngineLog, Providers } from "../ports.js";
import type { ProviderSources } from "./sources.js";

type ProvidersModule = Pick<typeof import("./providers.js"), "createProviders">;

async function providersModule(): Promise<ProvidersModule> {
  const { createProviders } = await import("./providers.js");
  return { createProviders };
}

export function lazyProviders(
  params: ServeParams,
  sources: ProviderSources,
  log: EngineLog,
  code: () => Promise<ProvidersModule> = providersModule,
): Providers {
  let loading: Promise<Providers | undefined> | undefined;
  let loaded: Providers | undefined;
  let isFailureLogged = false;
  const load = async (): Promise<Providers | undefined> => {
    try {
      const { createProviders } = await code();
      loaded = createProviders(params, sources, log);
    } catch (thrown) {
      // Settings matter more: the consumer goes on as one that serves nothing, and tries again at the next attempt to connect.
      loading = undefined;
      if (!isFailureLogged) log("warn", notLoaded(thrown));
      isFailureLogged = true;
    }
    return loaded;
  };
  return {
    async open(credentials) {
      loading ??= load();
      return await (await loading)?.open(credentials);
    },
    answerAs(sessionId) {
      loaded?.answerAs(sessionId);
    },
    async close() {
      await (await loading)?.close();
    },
  };
}

function notLoaded(thrown: unknown): string {
  return (
    `The option "serve" has no effect for now: the code that it needs cannot be loaded: ${describeThrown(thrown)}. ` +
    "It is tried again at the next connection. If it lasts, install the package anew, and restart."
  );
}
