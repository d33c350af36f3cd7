import nconf from "nconf";

export async function create(settings) {
  const provider = new nconf.Provider();
  provider.use("memory");
  // Its own separator is the colon.
  for (const { key, value } of settings) provider.set(key.replaceAll(".", ":"), value);
  return { expression: "provider.get(key)", scope: { provider }, keyOf: (key) => key.replaceAll(".", ":") };
}
