// One trial: an agent, consumers of it, and the comparison of what they read with what the agent holds.
import { setTimeout as sleep } from "node:timers/promises";
import { Agent, AgentDirectory } from "./process.mjs";

/** Waiting times that fit a test. Everything else is at its default. */
const quick = {
  clientName: "interop-client",
  backoff: { initialMs: 100, maxMs: 500, floorMs: 50 },
  credentialsPollMs: 50,
  credentialsTimeoutMs: 1_000,
  callTimeoutMs: 3_000,
  subscriptionBuffer: 500_000,
};

/** What a check that failed throws. */
export function check(condition, sentence) {
  if (!condition) throw new Error(sentence);
}

export class Trial {
  directory = new AgentDirectory();
  agent;
  #kit;
  #flags;
  #agents = [];
  #directories = [this.directory];
  #consumers = [];

  /** `kit`: how consumers are made, and the agent's program. `flags`: those of every agent of this trial. */
  constructor(kit, flags) {
    this.#kit = kit;
    this.#flags = flags;
  }

  /** Starts an agent, by default in the trial's directory; from the second one on at the same address. */
  async startAgent(flags = {}, directory = this.directory) {
    const address = this.agent === undefined ? {} : { address: this.agent.address };
    this.agent = await Agent.start(this.#kit.binary, directory, { ...this.#flags, ...address, ...flags });
    this.#agents.push(this.agent);
    return this.agent;
  }

  /** A directory with credentials that the trial's agent does not know. */
  async foreignDirectory() {
    const directory = new AgentDirectory();
    this.#directories.push(directory);
    const other = await Agent.start(this.#kit.binary, directory);
    await other.kill();
    return directory;
  }

  /** An empty directory, for credential files of the trial's own. */
  ownDirectory() {
    const directory = new AgentDirectory();
    this.#directories.push(directory);
    return directory;
  }

  /** Starts a consumer that records what its subscribers are told of, and does not wait for it. */
  async startConsumer(options = {}) {
    const observed = new Observed(this.#kit.createConsumer, {
      ...quick,
      coreAgentAddress: this.agent.address,
      authTokenFile: this.directory.tokenFile,
      ipcCertFile: this.directory.certFile,
      ...options,
    });
    this.#consumers.push(observed);
    await observed.consumer.start();
    return observed;
  }

  /** Starts a consumer and waits until it has the agent's state. */
  async liveConsumer(options = {}) {
    const observed = await this.startConsumer(options);
    await observed.consumer.waitReady({ timeoutMs: 20_000 });
    await this.settled(observed);
    return observed;
  }

  /** Waits until the consumer is live and reads exactly the agent's state, and its subscribers were told of it. */
  async settled(observed, timeoutMs = 15_000) {
    await until(
      async () => observed.difference(await this.agent.command("state")),
      (difference) => difference === undefined,
      timeoutMs,
      (difference) => `the reader differs from the agent: ${difference}`,
    );
  }

  /** The agent's report, once it is as wished. */
  report(wish, sentence, timeoutMs = 15_000) {
    return until(
      () => this.agent.report(),
      wish,
      timeoutMs,
      (report) => `${sentence}; the agent saw ${JSON.stringify(report)}`,
    );
  }

  /** Checks what holds after every trial. */
  async checkSecrets() {
    const { token } = this.directory;
    for (const observed of this.#consumers) {
      check(!(await observed.everythingTold()).includes(token), "the token stands in a log, the status or a metric");
    }
  }

  async end() {
    await Promise.all(this.#consumers.map(({ consumer }) => consumer.stop()));
    await Promise.all(this.#agents.map((agent) => agent.kill()));
    for (const directory of this.#directories) directory.remove();
  }
}

/** Asks until the answer is good, and gives it; throws `complain` of the last answer when that takes too long. */
export async function until(ask, good, timeoutMs, complain) {
  const giveUpAt = performance.now() + timeoutMs;
  for (;;) {
    const answer = await ask();
    if (good(answer)) return answer;
    if (performance.now() > giveUpAt) throw new Error(`after ${timeoutMs} ms, ${complain(answer)}`);
    await sleep(20);
  }
}

/** A consumer, the lines of its log, and the sum of the changes that its subscribers were told of. */
class Observed {
  consumer;
  reader;
  lines = [];
  states = new Set();
  /** Every setting, as the change events give it. */
  #told = new Map();
  #brokenChain;

  constructor(createConsumer, options) {
    const say = (level) => (line) => this.lines.push(`${level}: ${line}`);
    const logger = { debug: say("debug"), info: say("info"), warn: say("warn"), error: say("error") };
    this.consumer = createConsumer({ ...options, logger });
    this.reader = this.consumer.reader();
    this.#listen(this.consumer.subscribe()).catch((error) => {
      this.#brokenChain = error.message;
    });
  }

  status() {
    return this.consumer.status();
  }

  /** Waits until the status is as wished. */
  reached(wish, sentence, timeoutMs = 15_000) {
    return until(
      () => this.status(),
      wish,
      timeoutMs,
      (status) => `${sentence}; the status is ${JSON.stringify(status)}`,
    );
  }

  /** A counter or gauge of the consumer's metrics. */
  async metric(name) {
    const metrics = await this.consumer.metrics.getMetricsAsJSON();
    return metrics.find((metric) => metric.name === `configstream_consumer_${name}`)?.values[0]?.value;
  }

  async everythingTold() {
    const metrics = await this.consumer.metrics.metrics();
    return [...this.lines, JSON.stringify(this.status()), metrics].join("\n");
  }

  /** What keeps the reader from being equal to the agent's state; undefined when it is. */
  difference({ sequenceId, origin, settings }) {
    const { state } = this.status();
    if (state !== "live") return `its state is ${state}: ${this.status().lastError?.message}`;
    const view = this.reader.view();
    if (view.sequenceId !== sequenceId) return `it is at ${view.sequenceId}, the agent at ${sequenceId}`;
    if (view.origin !== origin) return `its origin is ${view.origin}`;
    const keys = Object.keys(settings).sort();
    if (view.keys().join() !== keys.join()) return `it has ${view.keys().length} keys, the agent ${keys.length}`;
    for (const key of keys) {
      const expected = canonical(settings[key].value);
      if (canonical(view.get(key)) !== expected) return `the value of ${key}`;
      if (view.getSource(key) !== settings[key].source) return `${key} comes from ${view.getSource(key)}`;
      if (this.#told.get(key) !== expected) return `its subscribers were told otherwise of ${key}`;
    }
    if (this.#told.size !== keys.length) return `its subscribers know ${this.#told.size} keys of ${keys.length}`;
    return this.#brokenChain;
  }

  async #listen(changes) {
    for await (const { key, oldValue, newValue } of changes) {
      const before = oldValue === undefined ? undefined : canonical(oldValue);
      if (this.#told.get(key) !== before) this.#brokenChain = `a change of ${key} does not follow the one before it`;
      if (newValue === undefined) this.#told.delete(key);
      else this.#told.set(key, canonical(newValue));
    }
  }
}

/** JSON with sorted keys. */
function canonical(value) {
  return JSON.stringify(value, (_key, part) => {
    if (part === null || typeof part !== "object" || Array.isArray(part)) return part;
    return Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}
