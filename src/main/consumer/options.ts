/** The options of a consumer, each with unit, default and range. */
import type { ResourceLimits } from "node:worker_threads";
import type { Guards } from "../../shared/guards/guard-rule.js";
import type { Logger } from "../../shared/logger.js";
import type { Dialect, OverrideRule } from "../../shared/params.js";
import type { ConfigValue } from "../../shared/types.js";
import type { Settings } from "../reader/schema.js";
import type { GivenRegistry } from "../status/metrics.js";

/** Options of `createConsumer`. Only `clientName` must be given. */
export interface ConsumerOptions {
  /**
   * Name of this remote agent, such as `trace-agent`: sent to the core agent, the `client` label of all metrics, and what
   * {@link overrides} are chosen by. Required; 1 to 200 visible ASCII characters.
   */
  readonly clientName: string;
  /** Name for people, sent at registration. Default: `clientName`. */
  readonly displayName?: string | undefined;
  /**
   * `host:port` of the core agent's gRPC server; an IPv6 address stands in brackets and may carry a zone, as in
   * `[fe80::1%eth0]:5001`. Default: `localhost:5001`, each half replaced by the environment's `DD_CMD_HOST` and `DD_CMD_PORT`, or
   * by `cmd_host` and `cmd_port` of {@link configFile}.
   */
  readonly coreAgentAddress?: string | undefined;
  /**
   * Path of the core agent's `auth_token` file, a regular file. Waited for, and read again at every connection attempt. A relative
   * path is made absolute when the consumer is made, as all paths are.
   * Default: the environment's `DD_AUTH_TOKEN_FILE_PATH`, then `auth_token_file_path` of {@link configFile}, then `auth_token`
   * in the folder of that file.
   */
  readonly authTokenFile?: string | undefined;
  /**
   * Path of the core agent's `ipc_cert.pem`: one PEM with the certificate, then its key. It is trust root and client
   * certificate in one. Waited for, and read again at every connection attempt.
   * Default: the environment's `DD_IPC_CERT_FILE_PATH`, then `ipc_cert_file_path` of {@link configFile}, unless `authTokenFile` is
   * given, then `ipc_cert.pem` beside the token file.
   */
  readonly ipcCertFile?: string | undefined;
  /**
   * Path of the core agent's `datadog.yaml`, for what neither options nor environment say of its address and credential files. The
   * worker reads it at every connection attempt; it must exist when it is given. Default: its usual place on this system
   * (`/etc/datadog-agent/datadog.yaml` on Linux), where none has to be.
   */
  readonly configFile?: string | undefined;
  /** False: plaintext, without any check of the peer. For tests only. Default: true. */
  readonly tls?: boolean | undefined;

  /**
   * A fixed session id, visible ASCII, instead of a registration of one's own. When the core agent rejects it, the state is `failed` and
   * it is tried again with back-off. At most one of `sessionId` and `sessionIdProvider` may be given.
   */
  readonly sessionId?: string | undefined;
  /**
   * Gives a session id, visible ASCII; asked at every connection and again at every rejection, with 30 s to answer. It runs on the thread
   * that made the consumer, so `waitReadySync` there cannot succeed. Default: the consumer registers itself.
   */
  readonly sessionIdProvider?: (() => string | Promise<string>) | undefined;

  /**
   * Names of the sources, lowest priority first; one that is not listed ranks just above `unknown`, and is counted. Default: the
   * order of a current core agent.
   */
  readonly sourcePriority?: readonly string[] | undefined;
  /**
   * Rules that copy a namespaced setting over a general one for one client.
   * Default: the log level of `security-agent`, `process-agent`, `trace-agent` and `system-probe`.
   */
  readonly overrides?: readonly OverrideRule[] | undefined;
  /** How the core agent's messages are meant. Default: `auto`, found out per snapshot. */
  readonly dialect?: Dialect | "auto" | undefined;

  /** Waiting between attempts, to connect and to restart a dead worker: uniform in [`floorMs`, bound]. */
  readonly backoff?:
    | {
        /** Bound of the first wait, in ms. Default 500; 1 to 3,600,000. */
        readonly initialMs?: number | undefined;
        /** Largest bound, in ms. Default 30,000; at least `initialMs`, at most 3,600,000. */
        readonly maxMs?: number | undefined;
        /** Least wait, in ms, on every path. Default 250; 1 to `maxMs`. */
        readonly floorMs?: number | undefined;
        /** What the bound grows by. Default 2; 1 to 10. */
        readonly factor?: number | undefined;
        /** A stream (or worker) that lived so long, in ms, starts over with `initialMs`. Default 60,000; 0 to 86,400,000. */
        readonly resetAfterMs?: number | undefined;
      }
    | undefined;
  /** HTTP/2 pings are sent so often, in ms, so that a dead connection is noticed. Default 30,000; 100 to 86,400,000. */
  readonly keepaliveIntervalMs?: number | undefined;
  /** A ping must be answered within so many ms. Default 10,000; 10 to 3,600,000. */
  readonly keepaliveTimeoutMs?: number | undefined;
  /** Interval of pings, in ms, once the core agent found them too many. Default 330,000; 100 to 86,400,000. */
  readonly keepaliveRefusedIntervalMs?: number | undefined;
  /** Largest message accepted from the core agent, in bytes. Default 134,217,728 (128 MiB); 1,024 to 2,147,483,647. */
  readonly maxReceiveMessageBytes?: number | undefined;
  /** After a gap in the updates, the stream is reopened when no snapshot came within so many ms. Default 5,000; 1 to 3,600,000. */
  readonly resyncTimeoutMs?: number | undefined;
  /**
   * For a core agent that sends settings which belong together one by one: what it sent becomes visible once it has sent nothing for so
   * many ms, at most ten times as long after the first of it, and then all at once. Changes and the first settings come later by that
   * time. What one message carries needs none of it. Default 0; 0 to 10,000.
   */
  readonly settleMs?: number | undefined;
  /** How long one attempt waits for the credential files, in ms. Default 60,000; 0 to 86,400,000. */
  readonly credentialsTimeoutMs?: number | undefined;
  /** How often it looks for them, in ms. Default 2,000; 10 to 3,600,000. */
  readonly credentialsPollMs?: number | undefined;
  /** Deadline of a registration, of a session refresh, and of getting connected, in ms. Default 5,000; 1 to 3,600,000. */
  readonly callTimeoutMs?: number | undefined;

  /** A value over `maxValueBytes` is left out alone. What exceeds another limit is refused whole; the last good settings stay. */
  readonly limits?:
    | {
        /** Most settings at one time. Default 1,000,000; 1 to 2,000,000. */
        readonly maxKeys?: number | undefined;
        /** Largest encoded value, in bytes. Default and most 16,777,216 (16 MiB, of which a value has all but one byte); at least 16. */
        readonly maxValueBytes?: number | undefined;
        /** Largest shared region, in bytes; used as needed. V8 reserves some 10 GiB of address space whatever this is; see docs/limits.md. Default 1,073,741,824 (1 GiB); 1 MiB to 2 GiB. */
        readonly maxRegionBytes?: number | undefined;
      }
    | undefined;

  /**
   * Keeps the last good settings in a file, so that the next process can start on them while the core agent is away. They can
   * be read as soon as the file was, in state `stale`, until the first snapshot replaces them; subscribers are then told what
   * differs. Settings that look like credentials are left out of the file. A file that is damaged, too old, of another
   * client or core agent, or open to other users is not used; that, and a file that cannot be written, is a line in the log and a
   * metric, and never a failure. Default: off.
   */
  readonly cache?:
    | {
        /**
         * Path of the file, in a folder that exists and that only this user can write to; for this process alone. Required.
         */
        readonly path: string;
        /**
         * Settings that a stream confirmed longer ago, in ms, are not used. Default 604,800,000 (7 days); 1,000 to 315,360,000,000,
         * `Infinity` for no limit.
         */
        readonly maxAgeMs?: number | undefined;
        /** Least time between two writes, in ms. Default 30,000; 100 to 86,400,000. */
        readonly writeIntervalMs?: number | undefined;
        /**
         * How long `waitReady` and `waitReadySync` hold out for a first snapshot, in ms from the start, before cached settings are
         * enough for them; not longer than the first failed attempt. Default 5,000; 0 to 3,600,000.
         */
        readonly waitForFreshMs?: number | undefined;
      }
    | undefined;

  /**
   * Rules that a setting's value must meet before any reader sees it, by dotted key; or the path of a JSON file with them, which is
   * followed when it changes. A value that breaks its rule is held back: readers of every thread keep the last good one. Default: none.
   * See docs/guards.md.
   */
  readonly guards?: Guards | string | undefined;
  /**
   * Keys that must be there: without them, or when they are held and have no good value, waits for readiness fail with one error that
   * names all of them. The core agent cannot take them away once they are there. Default: none.
   */
  readonly required?: readonly string[] | undefined;
  /**
   * Values by dotted key, below every layer of the core agent, as source `schema`. They are there as soon as the first settings are.
   * They must meet the guards. Default: none.
   */
  readonly defaults?: { readonly [key: string]: ConfigValue } | undefined;

  /**
   * Serves the core agent what it may ask a remote agent: status, metrics, files for a flare, and the commands `explain`, `status`,
   * `held`, `doctor` and `judge`. The worker does so, over TLS, to callers that show the certificate of `ipcCertFile` and the token of
   * `authTokenFile`; values that look like credentials are masked. Not with `tls: false`, `sessionId` or `sessionIdProvider`. An
   * address that cannot be listened on is a line in the log, and no failure. Default: off. `true`: all defaults. See
   * docs/remote-agent.md.
   */
  readonly serve?:
    | boolean
    | {
        /**
         * `host:port` with a loopback address, port 0 for a free one, or `unix:///path` of a socket, made with mode 0600. For
         * this consumer alone. Default: `127.0.0.1:0`.
         */
        readonly address?: string | undefined;
        /** Calls in a second; further ones are refused with `RESOURCE_EXHAUSTED`. Default 20; 1 to 1,000. */
        readonly maxCallsPerSecond?: number | undefined;
        /**
         * Largest answer, in bytes; a larger one is refused with `RESOURCE_EXHAUSTED`, and of the settings in a flare as many are
         * listed as fit. Default 4,194,304; 1,048,576 to 134,217,728.
         */
        readonly maxAnswerBytes?: number | undefined;
      }
    | undefined;

  /**
   * True: the core agent is told which settings are held, by name and rule, never by value: an issue is reported when one is held, at
   * most 100 at a time, and resolved when it heals, or when the consumer stops. Core agents that take no issues are sent events,
   * and older ones nothing. A report that fails is made again, and changes nothing else. Default: false.
   */
  readonly report?: boolean | undefined;
  /** How long `waitReady` and `waitReadySync` wait when they are not told, in ms. Default 60,000; 0 or more, `Infinity` for no limit. */
  readonly readyTimeoutMs?: number | undefined;
  /** `stop` lets the worker end by itself for so long, in ms, then terminates it. Default 3,000; 1 to 600,000. */
  readonly stopTimeoutMs?: number | undefined;
  /**
   * A worker whose event loop has not turned for so long, in ms, is stuck: it is ended by force and replaced, and reads go on
   * meanwhile. It must be longer than the largest snapshot takes the worker in one go, which a million settings on a slow
   * machine may do for half a minute. Time in which this thread was blocked, or the machine asleep, does not count; a blocked
   * thread cannot look. Default 60,000; 4,000 to 3,600,000, `Infinity` for never.
   */
  readonly workerTimeoutMs?: number | undefined;
  /** Events that a subscription buffers when it is not told otherwise. Default 1,000; 1 to 1,000,000. */
  readonly subscriptionBuffer?: number | undefined;

  /** Takes log lines; pino fits. Never sees a token, session id or setting value. Default: silent. */
  readonly logger?: Logger | undefined;
  /** The prom-client registry that the metrics are put in. Default: one of the consumer's own. */
  readonly registry?: GivenRegistry | undefined;
  /** Memory limits of the worker, see `node:worker_threads`. Default: those of Node.js, but `maxYoungGenerationSizeMb` is 6. */
  readonly resourceLimits?: ResourceLimits | undefined;
  /**
   * The worker's file, which `configstream-consumer/worker` stands for, where a bundle has it as a file of its own.
   * Default: this package's own; in a bundle, what the bundle holds.
   */
  readonly workerUrl?: URL | undefined;
  /**
   * `none`: no worker; everything runs in this thread, for tests and where threads are not allowed. Reads stay the same, but
   * networking then costs this thread's time, `waitReadySync` cannot succeed, and the process stays alive until `stop()`.
   * Default: `worker`.
   */
  readonly isolation?: "worker" | "none" | undefined;
}

/** Options of `createConsumer<Schema>`: the defaults are of the schema's types. */
export type ConsumerOptionsOf<S extends object> = Omit<ConsumerOptions, "defaults"> & {
  readonly defaults?: NoInfer<Settings<S>> | undefined;
};
