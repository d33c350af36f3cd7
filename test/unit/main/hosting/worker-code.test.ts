/** Where a worker's code and Yarn's resolver come from. */
import module from "node:module";
import { afterEach, describe, expect, it } from "vitest";
import { bundledWorker } from "#bundled-worker";
import { inlineCode, workerCode } from "../../../../src/main/hosting/worker-code.js";
import { yarnResolver } from "../../../../src/main/hosting/yarn-resolver.js";

describe("the worker's code", () => {
  it("is the application's own choice, wherever it is to run", () => {
    const url = new URL("file:///app/worker.js");
    expect(workerCode(url)).toEqual({ kind: "file", url });
    expect(inlineCode(url)).toEqual({ kind: "file", url });
  });

  it("is otherwise the text inside a bundle, or files of this package: one in one piece for a thread, and the modules for others", () => {
    const kinds = { thread: workerCode(undefined), inline: inlineCode(undefined) };
    if (bundledWorker === undefined) {
      const file = (pathname: RegExp) => ({ kind: "file", url: { pathname: expect.stringMatching(pathname) } });
      expect(kinds).toMatchObject({
        thread: file(/\/worker\/thread\.generated\.cjs$/),
        inline: file(/\/worker\/thread\.js$/),
      });
    } else {
      const text = { kind: "text", text: bundledWorker };
      expect(kinds).toEqual({ thread: text, inline: text });
    }
  });
});

describe("Yarn's resolver", () => {
  const yarn = module as { findPnpApi?: unknown };

  afterEach(() => {
    delete yarn.findPnpApi;
  });

  it("is not looked for where Node.js runs without Yarn", () => {
    expect(yarnResolver()).toBe(undefined);
  });

  it("is the file of the project that this package is part of", () => {
    const asked: unknown[] = [];
    const resolveRequest = (...request: unknown[]) => {
      asked.push(request);
      return "/project/.pnp.cjs";
    };
    yarn.findPnpApi = (path: string) => (path.includes("yarn-resolver") ? { resolveRequest } : null);
    expect(yarnResolver()).toBe("/project/.pnp.cjs");
    expect(asked).toEqual([["pnpapi", null]]);
  });

  it("is none where this package is outside of any project of Yarn's, or its project has no such file", () => {
    yarn.findPnpApi = () => null;
    expect(yarnResolver()).toBe(undefined);
    yarn.findPnpApi = () => ({ resolveRequest: () => null });
    expect(yarnResolver()).toBe(undefined);
  });
});
