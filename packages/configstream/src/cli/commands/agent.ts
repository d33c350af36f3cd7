/** `configstream agent`. */
import { type Command, Option } from "commander";
import { formatAddress, parseAddress } from "configstream-consumer/internal";
import { type CoreAgent, createCoreAgent } from "../../core-agent/index.js";
import { changedNames, listNames } from "../agent/changed-names.js";
import { serveParent } from "../agent/control.js";
import { serveControl } from "../agent/control-server.js";
import { readDefaultsFile } from "../agent/defaults-file.js";
import { parseListenAddress } from "../connection/options.js";
import { wrongUsage } from "../exit.js";
import { readStoreFile } from "../fleet/store-file.js";
import { addNotes } from "../help.js";
import { type Io, interrupted } from "../io.js";
import { printable } from "../terminal/printable.js";

interface AgentOptions {
  readonly config?: readonly string[];
  readonly dataDir?: string;
  readonly address?: string;
  readonly defaults?: string;
  readonly store?: string;
  readonly printPaths?: boolean;
}

export function addAgent(program: Command, io: Io): void {
  const command = program
    .command("agent")
    .description("run the small core agent of this package until interrupted")
    .option(
      "--config <file...>",
      "YAML files (at least one), watched for edits; later ones win; a missing one is waited for",
    )
    .option(
      "--data-dir <dir>",
      "directory of auth_token and ipc_cert.pem, made when missing (default: a temporary one)",
    )
    .addOption(
      new Option(
        "--address <host:port>",
        "address to listen on; port 0 picks a free one (env: DD_CMD_HOST, DD_CMD_PORT; default: localhost:5001)",
      ).argParser(parseListenAddress),
    )
    .option("--defaults <file>", "JSON file with the defaults, which also tell the keys that DD_* variables may set")
    .option("--store <file>", "YAML file that names an etcd cluster, and the prefixes that layers come from")
    .option("--print-paths", "print address and paths as assignments that a shell can evaluate")
    .action((options: AgentOptions) => runAgent(options, io));
  addNotes(
    command,
    [
      'Runs until interrupted. "configstream set" and "unset" change its settings while it runs, by the socket control.sock in ' +
        "its data directory (mode 0600, and the token is asked for).",
    ],
    [
      "configstream agent --config datadog.yaml --data-dir ./run --address 127.0.0.1:5001",
      "configstream agent --config datadog.yaml --data-dir ./run --print-paths > agent.env",
    ],
  );
}

async function runAgent(options: AgentOptions, io: Io): Promise<void> {
  const configFiles =
    options.config ??
    (options.store === undefined
      ? wrongUsage(
          '"configstream agent" runs a small core agent that serves the settings of YAML files: name at least one with --config FILE.',
        )
      : []);
  const say = (level: string, message: string) =>
    io.err.write(`${new Date().toISOString()} ${level} ${printable(message)}\n`);
  let reportChanges = (): void => {};
  const agent = createCoreAgent({
    configFiles,
    env: io.env,
    address: options.address ?? addressFrom(io.env),
    ...(options.dataDir === undefined ? {} : { dataDir: options.dataDir }),
    ...(options.defaults === undefined ? {} : { defaults: await readDefaultsFile(options.defaults) }),
    ...(options.store === undefined ? {} : { store: readStoreFile(options.store).given }),
    log: (level, message) => {
      reportChanges();
      if (level !== "debug") say(level, message);
    },
  });
  await using _stopped = agent;
  await agent.start();
  reportChanges = changeReporter(agent, say);
  let onParentGone = (): void => {};
  const parentGone = new Promise<void>((resolve) => {
    onParentGone = resolve;
  });
  const parent = serveParent(agent, onParentGone);
  const control = await serveControl(
    agent,
    () => reportChanges(),
    (message) => say("warn", message),
  );
  try {
    io.out.write(options.printPaths ? shellLines(agent) : plainLines(agent));
    const { address, authTokenFile, ipcCertFile } = agent;
    parent?.report({ kind: "started", address, authTokenFile, ipcCertFile, settings: agent.status().settings });
    await Promise.race([interrupted(io.interrupt), parentGone]);
  } finally {
    parent?.close();
    await control?.close();
  }
}

/** Says which settings changed, by name only. Called at each log line, which the agent writes after each edit of a file. */
function changeReporter(agent: CoreAgent, say: (level: string, message: string) => void): () => void {
  let settings = agent.settings();
  let { sequenceId } = agent;
  return () => {
    if (agent.sequenceId === sequenceId) return;
    const now = agent.settings();
    say("info", `Changed: ${listNames(changedNames(settings, now))} (sequence id ${agent.sequenceId}).`);
    settings = now;
    sequenceId = agent.sequenceId;
  };
}

function addressFrom(env: Io["env"]): string {
  const host = env.DD_CMD_HOST || "localhost";
  return formatAddress(host, env.DD_CMD_PORT || "5001");
}

function plainLines({ address, authTokenFile, ipcCertFile }: CoreAgent): string {
  return `Core agent:        ${address}\nToken file:        ${printable(authTokenFile)}\nCertificate file:  ${printable(ipcCertFile)}\n`;
}

function shellLines({ address, authTokenFile, ipcCertFile }: CoreAgent): string {
  const { host = "", port = "" } = parseAddress(address) ?? {};
  const variables = {
    DD_CMD_HOST: host,
    DD_CMD_PORT: `${port}`,
    DD_AUTH_TOKEN_FILE_PATH: authTokenFile,
    DD_IPC_CERT_FILE_PATH: ipcCertFile,
  };
  return Object.entries(variables)
    .map(([name, value]) => `export ${name}='${value.replaceAll("'", "'\\''")}'\n`)
    .join("");
}
