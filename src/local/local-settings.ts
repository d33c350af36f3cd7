/** From defaults, files and environment to settings with their layers. Pure. */
import { type Environment, mapEnvironment, pickVariables } from "../files/env.js";
import { type DefaultSetting, type Defaults, entriesOf, type KnownKeys, readDefaults } from "../files/known-keys.js";
import type { ConfigValue, WireSetting } from "../shared/types.js";

/** The keys that decide between streaming and reading locally; later ones lose. */
export const flagKeys = {
  /** `false`: the real remote agents speak with no core agent at all. */
  ipc: "remote_agent.core_agent_ipc.enabled",
  /** The switch of the real consumers. */
  consumer: "remote_agent.configstream.consumer.enabled",
  own: "use_rar_config_stream",
} as const;

/** Settings that this library itself asks for, so that their variables count as well. */
const ownKeys: readonly DefaultSetting[] = [
  { key: flagKeys.own, type: "bool", default: false },
  { key: flagKeys.ipc, type: "bool" },
  { key: flagKeys.consumer, type: "bool" },
  { key: "cmd_host", type: "string" },
  { key: "cmd_port", type: "int" },
  { key: "auth_token_file_path", type: "string" },
  { key: "ipc_cert_file_path", type: "string" },
];

export interface LocalSettings {
  readonly known: KnownKeys;
  /** Names of variables whose text does not fit the type of their key; they are kept as text. */
  misfits(): readonly string[];
  /** Takes in what the files set now. Keys that they make known stay known. */
  applyFiles(leaves: ReadonlyMap<string, ConfigValue>): void;
  /** The lowest layer alone. */
  defaults(): readonly WireSetting[];
  /** Every layer of every key. */
  all(): readonly WireSetting[];
  /** What a key resolves to, and where it came from. */
  get(key: string): WireSetting | undefined;
}

/** Throws `InvalidOptionError` for defaults of the wrong shape. */
export function createLocalSettings(defaults: Defaults, env: Environment): LocalSettings {
  const { known, values } = readDefaults([...ownKeys, ...entriesOf(defaults)]);
  const variables = pickVariables(env);
  let files: ReadonlyMap<string, ConfigValue> = new Map();
  let environment = mapEnvironment(variables, known);
  return {
    known,
    misfits: () => environment.misfits.map(({ variable }) => variable),
    applyFiles(leaves) {
      files = leaves;
      for (const [key, value] of leaves) known.learn(key, value);
      environment = mapEnvironment(variables, known);
    },
    defaults: () => layer("default", values),
    all: () => [
      ...layer("default", values),
      ...layer("file", files),
      ...layer("environment-variable", environment.values),
    ],
    get(key) {
      for (const [source, layer] of [
        ["environment-variable", environment.values],
        ["file", files],
        ["default", values],
      ] as const) {
        const value = layer.get(key);
        if (value !== undefined) return { key, value, source, unsetSource: "" };
      }
      return undefined;
    },
  };
}

function layer(source: string, values: ReadonlyMap<string, ConfigValue>): WireSetting[] {
  return [...values].map(([key, value]) => ({ key, value, source, unsetSource: "" }));
}
