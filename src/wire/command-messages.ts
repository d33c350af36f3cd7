/**
 * The messages of the commands that a remote agent lists and runs: from bytes, and to bytes. Pure. Names and numbers of the
 * fields are those of proto/; a test compares all of this with proto-loader.
 */
import type { ConfigValue } from "../shared/types.js";
import { ElementBudget } from "./element-budget.js";
import { EventReader, readMap } from "./event-decoder.js";
import { boolOf, bytesOf, numberOf, presentNumber, presentText, textOf } from "./fields.js";

/** The types that parameters of this library have, by ParameterType's number. */
export const parameterType = { text: 1 } as const;

/** CommandParameter. */
export interface CommandParameter {
  readonly name: string;
  /** One line. */
  readonly help: string;
  readonly type: number;
  readonly isRequired: boolean;
}

/** Command: one that can be run, and has no children. */
export interface Command {
  readonly name: string;
  /** One line. */
  readonly help: string;
  readonly parameters: readonly CommandParameter[];
}

/** CommandProvider. */
export interface CommandProvider {
  readonly name: string;
  readonly description: string;
  readonly commands: readonly Command[];
}

/** ExecuteCommandRequest. */
export interface ExecuteRequest {
  /** Empty: any provider that has the command. */
  readonly providerName: string;
  readonly commandPath: readonly string[];
  /** By parameter name. */
  readonly arguments: { readonly [name: string]: ConfigValue };
}

/** ExecuteCommandResponse. The exit code is the last frame. */
export type CommandFrame =
  | { readonly kind: "stdout" | "stderr"; readonly text: string }
  | { readonly kind: "exit"; readonly code: number };

/** No request that a command understands has more elements than this. */
const mostElements = 10_000;

/** Field numbers with their wire types: number × 8 + type. */
const listTag = { providers: 0x0a } as const;
const providerTag = { name: 0x0a, description: 0x12, commands: 0x1a } as const;
const commandTag = { name: 0x0a, helper: 0x1a, parameters: 0x2a, isRunnable: 0x38 } as const;
const parameterTag = { name: 0x0a, helper: 0x1a, type: 0x20, required: 0x28 } as const;
const executeTag = { providerName: 0x0a, commandPath: 0x12, arguments: 0x1a } as const;
const frameTag = { stdout: 0x0a, stderr: 0x12, exitCode: 0x20 } as const;

/** ListCommandsResponse. */
export function writeCommandList(providers: readonly CommandProvider[]): Buffer {
  return Buffer.concat(providers.map((provider) => bytesOf(listTag.providers, writeProvider(provider))));
}

function writeProvider({ name, description, commands }: CommandProvider): Buffer {
  return Buffer.concat([
    textOf(providerTag.name, name),
    textOf(providerTag.description, description),
    ...commands.map((command) => bytesOf(providerTag.commands, writeCommand(command))),
  ]);
}

function writeCommand({ name, help, parameters }: Command): Buffer {
  return Buffer.concat([
    textOf(commandTag.name, name),
    textOf(commandTag.helper, help),
    ...parameters.map((parameter) => bytesOf(commandTag.parameters, writeParameter(parameter))),
    boolOf(commandTag.isRunnable, true),
  ]);
}

function writeParameter({ name, help, type, isRequired }: CommandParameter): Buffer {
  return Buffer.concat([
    textOf(parameterTag.name, name),
    textOf(parameterTag.helper, help),
    numberOf(parameterTag.type, type),
    boolOf(parameterTag.required, isRequired),
  ]);
}

/** Throws a `RangeError` for bytes that are no message, and a `ConfigStreamError` for arguments nested too deep. */
export function readExecuteRequest(bytes: Buffer): ExecuteRequest {
  const reader = new EventReader(bytes, new ElementBudget(mostElements));
  let providerName = "";
  const commandPath: string[] = [];
  let given: ExecuteRequest["arguments"] = {};
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === executeTag.providerName) providerName = reader.text();
    else if (tag === executeTag.commandPath) commandPath.push(reader.text());
    else if (tag === executeTag.arguments) given = readMap(reader, "arguments", 0) as ExecuteRequest["arguments"];
    else reader.skip(tag);
  }
  return { providerName, commandPath, arguments: given };
}

export function writeCommandFrame(frame: CommandFrame): Buffer {
  return frame.kind === "exit"
    ? presentNumber(frameTag.exitCode, frame.code)
    : presentText(frameTag[frame.kind], frame.text);
}
