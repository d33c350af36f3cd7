// The evaluation inside the provider alone, without OpenFeature's promises.
import { FlagdCore } from "@openfeature/flagd-core";

export function flagdConfiguration(settings) {
  const flags = settings.map(({ key, value }) => [
    key,
    { state: "ENABLED", variants: { set: value }, defaultVariant: "set" },
  ]);
  return JSON.stringify({ flags: Object.fromEntries(flags) });
}

export async function create(settings) {
  const quiet = () => {};
  const logger = { debug: quiet, info: quiet, warn: quiet, error: quiet };
  const core = new FlagdCore(undefined, logger);
  core.setConfigurations(flagdConfiguration(settings));
  return {
    expression: "core.resolveNumberEvaluation(key, -1, context, logger).value",
    scope: { core, logger, context: {} },
  };
}
