// Flags that are on; Unleash answers with a boolean, which is less work than the number of the others.
import { InMemStorageProvider, Unleash } from "unleash-client";

export async function create(settings) {
  const features = settings.map(({ key }) => ({
    name: key,
    enabled: true,
    strategies: [{ name: "default", parameters: {}, constraints: [] }],
  }));
  const client = new Unleash({
    appName: "bench",
    // No server answers there; the flags come with the bootstrap.
    url: "http://127.0.0.1:9/api",
    refreshInterval: 0,
    disableMetrics: true,
    skipInstanceCountWarning: true,
    storageProvider: new InMemStorageProvider(),
    bootstrap: { data: features },
  });
  for (const event of ["error", "warn"]) client.on(event, () => {});
  await new Promise((resolve) => client.once("ready", resolve));
  if (!client.isEnabled(settings[0].key)) throw new Error("The flag is off.");
  return { expression: "client.isEnabled(key)", scope: { client }, isBoolean: true, close: () => client.destroy() };
}
