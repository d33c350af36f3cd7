/** Consumers and core agents that tell the net all they say. */
import { readFile } from "node:fs/promises";
import { inspect } from "node:util";
import type { CoreAgent, CoreAgentOptions } from "../../../packages/configstream/src/core-agent/index.js";
import type * as Package from "../../../src/index.js";
import { hide, saw } from "./net.js";

type Consumer = Package.Consumer;
type Logger = Package.Logger;

const consumers = new Set<Consumer>();

/** As `createConsumer`, with every line of the log shown to the net, whether the test wants them or not. */
export function watchedConsumer(create: (options: Package.ConsumerOptions) => Consumer): typeof Package.createConsumer {
  return <S extends object>(options: Package.ConsumerOptionsOf<S>) => {
    const consumer = create(watchedOptions(options as Package.ConsumerOptions));
    consumers.add(consumer);
    return consumer as unknown as Package.Consumer<S>;
  };
}

function watchedOptions(options: Package.ConsumerOptions): Package.ConsumerOptions {
  const given = options?.logger as Logger | undefined;
  // Wrong ones are for the product to refuse.
  if (typeof options !== "object" || (given !== undefined && typeof given?.debug !== "function")) return options;
  if (typeof options.sessionId === "string") hide(options.sessionId);
  const at = (level: keyof Logger) => (message: string) => {
    saw("log", message);
    return given?.[level](message);
  };
  return { ...options, logger: { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") } };
}

/** As `createCoreAgent`; once it runs, its token and private key are secrets. */
export function watchedAgent(
  create: (options?: CoreAgentOptions) => CoreAgent,
): (options?: CoreAgentOptions) => CoreAgent {
  return (options) => {
    const agent = create(options);
    const start = agent.start.bind(agent);
    agent.start = async () => {
      await start();
      hide((await readFile(agent.authTokenFile, "utf8")).trim());
      const pem = await readFile(agent.ipcCertFile, "utf8");
      for (const line of (/PRIVATE KEY-----([^-]+)/.exec(pem)?.[1] ?? "").split("\n")) hide(line.trim());
    };
    watchAnswers(agent);
    return agent;
  };
}

/** Shows the net whatever remote agents answer to the core agent. */
function watchAnswers(agent: CoreAgent): void {
  const { clients, flare, command } = agent;
  agent.clients = async () => {
    const seen = await clients();
    examine("provider", seen);
    return seen;
  };
  agent.flare = async (name) => {
    const files = await flare(name);
    for (const [file, content] of files) saw("provider", `${file}: ${Buffer.from(content)}`);
    return files;
  };
  agent.command = async (...given) => {
    const result = await command(...given);
    examine("provider", result);
    return result;
  };
}

/** Shows the net what each consumer of the test tells of itself, in every way. */
export async function examineConsumers(): Promise<void> {
  for (const consumer of consumers) {
    examine("inspection", consumer);
    const reader = consumer.reader();
    examine("inspection", reader);
    examine("inspection", reader.setting("log_level"));
    examine("inspection", reader.view());
    examine("inspection", consumer.share());
    examine("status", consumer.status());
    saw("metrics", await consumer.metrics.metrics());
  }
  consumers.clear();
}

/** What a log of the object would show. */
export function examine(kind: string, value: unknown): void {
  saw(kind, inspect(value, { depth: Number.POSITIVE_INFINITY, showHidden: true, maxStringLength: null }));
  // Most loggers write JSON.
  saw(kind, JSON.stringify(value) ?? "");
}
