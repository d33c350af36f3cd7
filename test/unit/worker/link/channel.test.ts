/** How a channel is set up, what it trusts, what each call carries, and how long it may take to connect. */
import type { Client } from "@grpc/grpc-js";
import { connectivityState } from "@grpc/grpc-js";
import { describe, expect, it } from "vitest";
import { callMetadata } from "../../../../src/worker/link/call-metadata.js";
import { channelOptions } from "../../../../src/worker/link/channel-options.js";
import { watchConnected } from "../../../../src/worker/link/connected-watch.js";
import { decodeEvent } from "../../../../src/worker/link/methods.js";
import { SocketWatch } from "../../../../src/worker/link/socket-watch.js";
import { pinnedTrust, serverNameOverride } from "../../../../src/worker/link/tls-trust.js";
import { watchedCredentials } from "../../../../src/worker/link/watched-credentials.js";
import { makeCertificate } from "../../../support/agents/certificates.js";
import { testParams } from "../../../support/engine/engine-bench.js";

describe("a channel", () => {
  it("takes as much as is allowed, 4 MiB of it at once, and pings as often as the core agent takes it", () => {
    const options = channelOptions(testParams, false, undefined);
    expect(options).toMatchObject({
      "grpc.max_receive_message_length": testParams.maxReceiveMessageBytes,
      "grpc-node.flow_control_window": 4 * 1024 * 1024,
      "grpc.keepalive_time_ms": 30_000,
      "grpc.keepalive_timeout_ms": 10_000,
    });
    expect(channelOptions(testParams, true, undefined)).toMatchObject({ "grpc.keepalive_time_ms": 330_000 });
  });

  it("leaves retries to the engine and its way to no proxy, and sends another name in the handshake only where it has to", () => {
    const options = channelOptions(testParams, false, undefined);
    expect(options).toMatchObject({ "grpc.enable_retries": 0, "grpc.enable_http_proxy": 0 });
    expect(options).not.toHaveProperty("grpc.ssl_target_name_override");
    const named = channelOptions(testParams, false, "localhost");
    expect(named).toMatchObject({ "grpc.ssl_target_name_override": "localhost" });
    expect([serverNameOverride("127.0.0.1"), serverNameOverride("::1")]).toEqual(["localhost", "localhost"]);
    expect(serverNameOverride("agent.example")).toBe(undefined);
  });

  it("is refused, with the file's name, when the credentials are none that TLS can use, or were not read", async () => {
    const { certificate } = await makeCertificate();
    expect(() => pinnedTrust({ token: "t", certificate, privateKey: "no key" }, "localhost", "/run/cert")).toThrow(
      expect.objectContaining({ code: "credentials", message: expect.stringContaining("in /run/cert;") }),
    );
    expect(() =>
      watchedCredentials({ tls: true, ipcCertFile: "/c" }, undefined, "localhost", new SocketWatch()),
    ).toThrow(
      expect.objectContaining({ code: "credentials", message: "TLS needs the certificate and key; none were read." }),
    );
    const plain = watchedCredentials({ tls: false, ipcCertFile: "/c" }, undefined, "localhost", new SocketWatch());
    expect(plain._isSecure()).toBe(false);
  });

  it("is shared with no other, whose credentials are not the same", async () => {
    const credentials = { token: "t", ...(await makeCertificate()) };
    const make = () =>
      watchedCredentials({ tls: true, ipcCertFile: "/c" }, credentials, "localhost", new SocketWatch());
    const one = make();
    expect([one._isSecure(), one._equals(one), one._equals(make())]).toEqual([true, true, false]);
  });
});

describe("the headers of a call", () => {
  it("are the token and the session, where there are any", () => {
    expect(callMetadata("t", "s").getMap()).toEqual({ authorization: "Bearer t", session_id: "s" });
    expect(callMetadata("t").getMap()).toEqual({ authorization: "Bearer t" });
    expect(callMetadata(undefined).getMap()).toEqual({});
  });

  it("are refused without the value when no header can carry it", () => {
    for (const [token, session, what] of [
      ["sec\nret", "s", "token"],
      ["t", "sec\nret", "session id"],
    ] as const) {
      expect(() => callMetadata(token, session)).toThrow(
        expect.objectContaining({
          code: "unauthenticated",
          message: `The ${what} has characters that a gRPC header cannot carry.`,
        }),
      );
    }
  });
});

describe("a message", () => {
  it("of an unknown kind, and one that is no event, is an error and not the end", () => {
    expect(decodeEvent(Buffer.alloc(0))).toMatchObject({
      code: "bad_message",
      message: "The core agent sent an event that is neither a snapshot nor an update; it was passed over.",
    });
    expect(decodeEvent(Buffer.from([0x0a, 0xff]))).toMatchObject({ code: "bad_message", cause: expect.any(Error) });
  });
});

describe("the wait for a connection", () => {
  type Callback = (late?: Error) => void;

  function waiting(states: number[]) {
    const asked: { state: number; deadline: number; callback: Callback }[] = [];
    const connects: boolean[] = [];
    const channel = {
      getConnectivityState: (tries: boolean) => {
        connects.push(tries);
        return states.shift() ?? connectivityState.IDLE;
      },
      watchConnectivityState: (state: number, deadline: number, callback: Callback) =>
        void asked.push({ state, deadline, callback }),
    };
    const heard: string[] = [];
    let isOver = false;
    watchConnected({ getChannel: () => channel } as unknown as Client, 5_000, {
      isOver: () => isOver,
      onConnected: () => heard.push("connected"),
      onLate: () => heard.push("late"),
    });
    const end = () => {
      isOver = true;
    };
    return { asked, heard, connects, end };
  }

  it("ends with the connection, whatever comes before it, and tries none by itself", () => {
    const { CONNECTING, IDLE, READY } = connectivityState;
    const { asked, heard, connects } = waiting([IDLE, CONNECTING, READY]);
    asked[0]?.callback();
    expect(heard).toEqual([]);
    asked[1]?.callback();
    expect(heard).toEqual(["connected"]);
    expect(asked.map(({ state }) => state)).toEqual([IDLE, CONNECTING]);
    expect(new Set(connects)).toEqual(new Set([false]));
    expect(waiting([READY]).heard).toEqual(["connected"]);
  });

  it("ends after its time, which all that comes before the connection shares", () => {
    const before = Date.now();
    const { asked, heard } = waiting([]);
    asked[0]?.callback();
    expect(asked[1]?.deadline).toBe(asked[0]?.deadline);
    expect(asked[0]?.deadline).toBeGreaterThanOrEqual(before + 5_000);
    asked[1]?.callback(new Error("It is late."));
    expect(heard).toEqual(["late"]);
  });

  it("says nothing any more to who gave up", () => {
    const { asked, heard, end } = waiting([connectivityState.IDLE, connectivityState.READY]);
    end();
    asked[0]?.callback();
    asked[0]?.callback(new Error("It is late."));
    expect(heard).toEqual([]);
    expect(asked).toHaveLength(1);
  });
});
