/** The IPC credentials on disk: `auth_token` and `ipc_cert.pem`, made when they are missing. */
import { createPrivateKey, randomBytes, X509Certificate } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import {
  ConfigStreamError,
  isMissing,
  isToken,
  noTokenFault,
  readFault,
  readTextFile,
  writeFault,
  writeWholeFile,
} from "configstream-consumer/internal";
import { makeCertificate } from "./certificate.js";

export interface CredentialPaths {
  readonly authTokenFile: string;
  readonly ipcCertFile: string;
}

export interface AgentCredentials {
  readonly token: string;
  /** PEM of the certificate: server certificate and trust root in one. */
  readonly certificate: string;
  /** PEM of the private key. */
  readonly privateKey: string;
}

export function credentialPaths(dataDir: string): CredentialPaths {
  return { authTokenFile: join(dataDir, "auth_token"), ipcCertFile: join(dataDir, "ipc_cert.pem") };
}

/**
 * Reads both files, and makes what is missing (mode 0600).
 *
 * @throws ConfigStreamError with code `credentials`, naming the path and the fault, never the content.
 */
export async function ensureCredentials(dataDir: string): Promise<AgentCredentials> {
  const { authTokenFile, ipcCertFile } = credentialPaths(dataDir);
  try {
    await mkdir(dataDir, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw credentialsError(dataDir, `the directory cannot be made: ${writeFault(error)}`, error);
  }
  const token = (await readOrMake(authTokenFile, () => randomBytes(32).toString("hex"))).trim();
  if (token === "") throw credentialsError(authTokenFile, "it is empty; remove it to have a new one made");
  if (!isToken(token)) throw credentialsError(authTokenFile, `it ${noTokenFault}`);
  // TLS peers judge validity by the system's clock, so the certificate does too, whatever clock the agent was given.
  const pem = await readOrMake(ipcCertFile, () => makeCertificate(new Date()));
  return { token, ...splitPem(ipcCertFile, pem) };
}

/** Longest file that is taken for credentials. */
const maxFileBytes = 65_536;

async function readOrMake(path: string, make: () => string | Promise<string>): Promise<string> {
  try {
    return readTextFile(path, maxFileBytes);
  } catch (error) {
    if (!isMissing(error)) throw credentialsError(path, `it ${readFault(error)}`, error);
  }
  const content = await made(path, make);
  try {
    // When another process was faster, its file stays.
    await writeWholeFile(path, [content], "keep");
    return readTextFile(path, maxFileBytes);
  } catch (error) {
    throw credentialsError(path, `it cannot be written: ${writeFault(error)}`, error);
  }
}

/** What makes a certificate changes a global, which `--frozen-intrinsics` forbids. */
async function made(path: string, make: () => string | Promise<string>): Promise<string> {
  try {
    return await make();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw credentialsError(
      path,
      `it does not exist, and cannot be made in this process (${reason}); make it with \`configstream agent\` in another one`,
      error,
    );
  }
}

function splitPem(path: string, pem: string): { certificate: string; privateKey: string } {
  const certificate = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/.exec(pem)?.[0];
  const privateKey = /-----BEGIN ((?:EC )?PRIVATE KEY)-----[^-]+-----END \1-----/.exec(pem)?.[0];
  if (certificate === undefined) throw credentialsError(path, "it holds no certificate");
  if (privateKey === undefined) throw credentialsError(path, "it holds no EC private key after the certificate");
  let matches: boolean;
  try {
    matches = new X509Certificate(certificate).checkPrivateKey(createPrivateKey(privateKey));
  } catch {
    // The cause is left out on purpose: it could quote key material.
    throw credentialsError(path, "its certificate or its private key is damaged");
  }
  if (!matches) throw credentialsError(path, "its private key does not belong to its certificate");
  return { certificate: `${certificate}\n`, privateKey: `${privateKey}\n` };
}

function credentialsError(path: string, fault: string, cause?: unknown): ConfigStreamError {
  return new ConfigStreamError("credentials", `The core agent cannot use ${path}: ${fault}.`, cause ? { cause } : {});
}
