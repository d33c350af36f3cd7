/** The commands that a core agent finds here, and what it is told when it asks for another one. */
import { describe, expect, it } from "vitest";
import { parameterType } from "../../../../src/wire/command-messages.js";
import { commandProvider, runCommand } from "../../../../src/worker/providers/commands.js";
import { providerSources } from "../../../support/agents/provider-sources.js";

const sources = providerSources({ settings: { "log.level": "info" }, status: {} });

function run(commandPath: readonly string[], given: { readonly [name: string]: unknown } = {}, providerName = "") {
  return runCommand(sources, { providerName, commandPath, arguments: given } as Parameters<typeof runCommand>[1]);
}

describe("the commands", () => {
  it("are listed with their help and parameters, under the name of the client", () => {
    const text = { type: parameterType.text, isRequired: true };
    expect(commandProvider(sources)).toEqual({
      name: "test-agent",
      description: "Live configuration of Test.",
      commands: [
        {
          name: "explain",
          help: expect.any(String),
          parameters: [{ name: "key", help: expect.stringMatching(/./), ...text }],
        },
        { name: "status", help: expect.any(String), parameters: [] },
        { name: "held", help: expect.any(String), parameters: [] },
        { name: "doctor", help: expect.any(String), parameters: [] },
        {
          name: "judge",
          help: expect.any(String),
          parameters: [{ name: "settings", help: expect.stringMatching(/./), ...text }],
        },
      ],
    });
  });

  it("run under the name of the client or none, and take their argument by name or by place", async () => {
    for (const name of ["", "test-agent"]) {
      expect(await run(["explain"], { key: "log.level" }, name)).toMatchObject({ code: 0 });
    }
    expect(await run(["explain", "log.level"])).toMatchObject({ code: 0 });
    expect(await run(["judge"], { settings: "{}" })).toEqual({ code: 0, stdout: '{"held":[]}\n' });
    expect(await run(["judge", "{}"])).toEqual({ code: 0, stdout: '{"held":[]}\n' });
    expect((await run(["status"])).stdout).toContain("state: live\n");
    expect((await run(["doctor"])).stdout).toContain("The stream of localhost:5001 is live.");
    expect(await run(["held"])).toEqual({ code: 0, stdout: "No setting is held.\n" });
  });

  it("that nobody has are refused, with the ones that there are and the one that was probably meant", async () => {
    const known = "Known: explain, status, held, doctor, judge.\n";
    expect(await run(["explian"])).toEqual({
      code: 2,
      stderr: `There is no command "explian". Did you mean "explain"? ${known}`,
    });
    expect(await run([])).toEqual({ code: 2, stderr: `There is no command "". ${known}` });
    expect(await run(["status"], {}, "other")).toEqual({
      code: 2,
      stderr: 'There is no provider "other" here, only "test-agent".\n',
    });
  });

  it("that need a key say so when there is none, or it is no text", async () => {
    const refused = { code: 2, stderr: 'The command "explain" needs the argument "key", a text.\n' };
    expect(await run(["explain"])).toEqual(refused);
    expect(await run(["explain"], { key: "" })).toEqual(refused);
    expect(await run(["explain"], { key: 7 })).toEqual(refused);
  });
});
