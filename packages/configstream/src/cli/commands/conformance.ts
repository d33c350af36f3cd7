/** `configstream conformance …`: judges consumers and core agents that others have written. */
import { type Command, InvalidArgumentError, Option } from "commander";
import { parseCertificateFile, readText, readToken } from "configstream-consumer/internal/link";
import {
  agentScenarios,
  consumerScenarios,
  type JudgedAgent,
  judgeAgent,
  judgeConsumer,
  type Scenario,
  type Verdict,
} from "../../conformance/index.js";
import { addJudgingOptions, chosen, type JudgingOptions, parseSeconds } from "../conformance/options.js";
import { summary, verdictLines, verdictsJson } from "../conformance/print.js";
import { addPlaceOptions } from "../connection/options.js";
import { findPlace, type PlaceOptions } from "../connection/place.js";
import { CommandFailure, exitCodes, wrongUsage } from "../exit.js";
import { addNotes } from "../help.js";
import type { Io } from "../io.js";
import { jsonText } from "../terminal/printable.js";
import { styleFor } from "../terminal/style.js";

interface ConsumerJudging extends JudgingOptions {
  readonly jobs: number;
  /** In seconds. */
  readonly settle: number;
}

interface AgentJudging extends JudgingOptions, PlaceOptions {
  readonly set?: string;
  readonly unset?: string;
  readonly setMany?: string;
  readonly key: string;
  readonly values: readonly [string, string];
}

export function addConformance(program: Command, io: Io): void {
  const conformance = program
    .command("conformance")
    .description("judge a consumer or a core agent that you have written, in any language");
  addNotes(
    conformance,
    [
      "A consumer is started once for each scenario, against a core agent that does what the scenario says; it prints its settings as " +
        'lines of JSON. A core agent is visited by strict consumers. "configstream conformance consumer --help" says more, and ' +
        "docs/conformance.md of configstream-consumer has the protocol.",
    ],
    [
      "configstream conformance consumer -- ./my-consumer",
      "configstream conformance consumer --only order,removal -- python3 consumer.py --address {address}",
      "configstream conformance agent --data-dir ./run --set 'configstream set {key} {value} --data-dir ./run'",
    ],
  );
  addConsumer(conformance, io);
  addAgent(conformance, io);
}

function addConsumer(conformance: Command, io: Io): void {
  const command = conformance
    .command("consumer")
    .description("judge a consumer: a command that prints its settings")
    .argument("[command...]", "how to start it, after --")
    .addOption(new Option("--jobs <number>", "consumers at a time").argParser(parseJobs).default(2))
    .addOption(
      new Option("--settle <seconds>", "how long to watch where nothing may happen")
        .argParser(parseSeconds)
        .default(0.5),
    );
  addNotes(
    command,
    [
      "The command finds the core agent by DD_CMD_HOST, DD_CMD_PORT, DD_AUTH_TOKEN_FILE_PATH and DD_IPC_CERT_FILE_PATH, or by " +
        "{address}, {auth_token_file} and {ipc_cert_file} in its arguments. It prints a line of JSON with its settings after each " +
        "change, or for each line of standard input, or both, and ends when standard input does.",
    ],
    ["configstream conformance consumer -- ./my-consumer", "configstream conformance consumer --list"],
  );
  addJudgingOptions(command).action(async (words: string[], options: ConsumerJudging) => {
    const scenarios = chosen(consumerScenarios, options);
    if (options.list) return list(scenarios, options, io);
    const [file, ...args] = words;
    if (file === undefined) return wrongUsage("Give the command that starts the consumer, after --.");
    const { jobs, settle, patience } = options;
    const how = {
      command: { file, args },
      jobs,
      settleMs: settle * 1_000,
      patienceMs: patience * 1_000,
      signal: io.interrupt,
    };
    conclude(await judgeConsumer(scenarios, how, printer(options, io)), options, io);
  });
}

function addAgent(conformance: Command, io: Io): void {
  const command = conformance
    .command("agent")
    .description("judge a core agent, by strict consumers that visit it")
    .option("--set <command>", "changes a setting: a command line with {key} and {value}")
    .option("--unset <command>", "takes that change back: a command line with {key}")
    .option("--set-many <command>", "changes several settings at once: a command line with {pairs}, key=value each")
    .option("--key <key>", "the setting that is changed", "conformance.probe")
    .addOption(
      new Option("--values <values>", "two values for it, with a comma between")
        .argParser(parseValues)
        .default(["one", "two"]),
    );
  addNotes(
    command,
    [
      "Without commands only what needs no change is judged, and the rest is skipped. The commands are run by the shell. Settings are " +
        "named in what is printed, and their values are not, except of those that the commands change.",
    ],
    [
      "configstream conformance agent --data-dir /etc/datadog-agent --key log_level --values info,debug --set 'agent config set {key} {value}'",
    ],
  );
  addPlaceOptions(addJudgingOptions(command)).action(async (options: AgentJudging) => {
    const scenarios = chosen(agentScenarios, options);
    if (options.list) return list(scenarios, options, io);
    const judged = await judgedAgent(options, io);
    conclude(await judgeAgent(scenarios, judged, io.interrupt, printer(options, io)), options, io);
  });
}

async function judgedAgent(options: AgentJudging, io: Io): Promise<JudgedAgent> {
  const { address, authTokenFile, ipcCertFile } = await findPlace(options, io);
  const { set, unset, setMany, key, values, patience } = options;
  const pem = readText(ipcCertFile.value, "certificate file");
  return {
    address: address.value,
    authTokenFile: authTokenFile.value,
    ipcCertFile: ipcCertFile.value,
    credentials: {
      token: readToken(authTokenFile.value),
      ...parseCertificateFile(pem, ipcCertFile.value, Date.now()),
    },
    commands: {
      ...(set === undefined ? {} : { set }),
      ...(unset === undefined ? {} : { unset }),
      ...(setMany === undefined ? {} : { setMany }),
    },
    key,
    values,
    patienceMs: patience * 1_000,
  };
}

function printer({ json }: JudgingOptions, io: Io): (verdict: Verdict) => void {
  if (json) return () => {};
  const style = styleFor(io.out, io.env);
  const width = io.out.isTerminal ? Math.min(io.out.columns, 140) : 120;
  return (verdict) => io.out.write(verdictLines(verdict, width, style));
}

function conclude(verdicts: readonly Verdict[], { json }: JudgingOptions, io: Io): void {
  if (io.interrupt.aborted) throw io.interrupt.reason;
  if (json) io.out.write(`${jsonText(verdictsJson(verdicts), 2)}\n`);
  else io.out.write(`\n${summary(verdicts, styleFor(io.out, io.env))}`);
  if (verdicts.some(({ outcome }) => outcome === "failed")) throw new CommandFailure("", exitCodes.failed);
}

function list(scenarios: readonly Scenario<never>[], { json }: JudgingOptions, io: Io): void {
  const entries = scenarios.map(({ id, group, promise }) => ({ id, group, promise }));
  if (json) io.out.write(`${jsonText(entries, 2)}\n`);
  else for (const { id, group, promise } of entries) io.out.write(`${group}: ${id}: ${promise}\n`);
}

function parseJobs(text: string): number {
  const jobs = Number(text);
  if (/^\d{1,2}$/.test(text) && jobs >= 1 && jobs <= 32) return jobs;
  throw new InvalidArgumentError("Give a whole number from 1 to 32.");
}

function parseValues(text: string): readonly [string, string] {
  const [first, second, ...more] = text.split(",");
  if (first && second && first !== second && more.length === 0) return [first, second];
  throw new InvalidArgumentError("Give two different values with a comma between.");
}
