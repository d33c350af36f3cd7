/*
 * OpenFeature over live settings: prints two flags whenever they change. Run it: node examples/openfeature/main.mjs
 */
import { OpenFeature, ProviderEvents } from "@openfeature/server-sdk";
import { createConsumer } from "configstream-consumer";
import { ConfigStreamProvider } from "./provider.mjs";

await OpenFeature.setProviderAndWait(new ConfigStreamProvider(createConsumer({ clientName: "flags" })));
const client = OpenFeature.getClient();

async function show() {
  const banner = await client.getBooleanValue("my_service.banner", false);
  const rate = await client.getNumberDetails("my_service.rate", 0.5);
  console.log(`banner: ${banner}, rate: ${rate.value} (${rate.errorCode ?? rate.flagMetadata.source})`);
}

client.addHandler(ProviderEvents.ConfigurationChanged, show);
client.addHandler(ProviderEvents.Stale, () => console.log("the core agent is gone; flags keep their last values"));
await show();

// A consumer by itself keeps no process alive; a service would have its socket for that.
const alive = setInterval(() => {}, 60_000);
for (const signal of ["SIGINT", "SIGTERM"]) {
  process.once(signal, async () => {
    clearInterval(alive);
    await OpenFeature.close();
  });
}
