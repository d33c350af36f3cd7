/** Connects to the store that options name: reads certificates and passwords from their files. */
import { parseAddress, readFault, readTextFile } from "configstream-consumer/internal";
import type { ResolvedStore, StoreAuth, StoreTls } from "../options.js";
import { type ClientParams, createConnect, type Login, plaintext, sentName, tlsCredentials } from "./client.js";
import { type Connect, StoreError } from "./connection.js";

/** Certificates and passwords are read at each connection, so that renewed ones are used. */
export function connectTo({ tls, auth }: Pick<ResolvedStore, "tls" | "auth">): Connect {
  const params: ClientParams = {
    tls(endpoint) {
      if (tls === undefined) return { credentials: plaintext(), serverName: undefined };
      const host = tls.serverName ?? parseAddress(endpoint)?.host ?? "";
      return { credentials: credentialsOf(host, tls), serverName: sentName(host) };
    },
    login: () => (auth === undefined ? undefined : loginOf(auth)),
  };
  return createConnect(params);
}

function credentialsOf(host: string, { caFile, certFile, keyFile }: StoreTls) {
  try {
    return tlsCredentials(host, bytesOf(caFile), bytesOf(keyFile), bytesOf(certFile));
  } catch (error) {
    if (error instanceof StoreError) throw error;
    // The cause is left out: it could quote key material.
    throw new StoreError("refused", "The store's certificate or key files hold no PEM that can be used.");
  }
}

function bytesOf(file: string | undefined): Buffer | undefined {
  return file === undefined ? undefined : Buffer.from(textOf(file));
}

function loginOf({ user, password, passwordFile }: StoreAuth): Login {
  return { user, password: password ?? textOf(passwordFile ?? "").trimEnd() };
}

function textOf(file: string): string {
  try {
    return readTextFile(file, 1024 * 1024);
  } catch (error) {
    throw new StoreError("refused", `The file ${file}, which the store needs, ${readFault(error)}.`);
  }
}
