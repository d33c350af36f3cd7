import { InMemoryProvider, OpenFeature } from "@openfeature/server-sdk";

export async function create(settings) {
  const flags = settings.map(({ key, value }) => [
    key,
    { disabled: false, variants: { set: value }, defaultVariant: "set" },
  ]);
  await OpenFeature.setProviderAndWait(new InMemoryProvider(Object.fromEntries(flags)));
  const client = OpenFeature.getClient();
  return { expression: "await client.getNumberValue(key, -1)", scope: { client }, close: () => OpenFeature.close() };
}
