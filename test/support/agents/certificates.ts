/** IPC certificates for tests, made by the core agent's own maker. */
import { makeCertificate as makePem } from "../../../packages/configstream/src/core-agent/credentials/certificate.js";

export interface TestCertificate {
  readonly certificate: string;
  readonly privateKey: string;
  /** Certificate, then key, as in `ipc_cert.pem`. */
  readonly pem: string;
}

/** A self-signed certificate that is its own CA, valid from an hour before `nowMs` for ten years. */
export async function makeCertificate(nowMs = Date.now()): Promise<TestCertificate> {
  const pem = await makePem(new Date(nowMs));
  const [certificate = "", privateKey = ""] = pem.match(/-----BEGIN [^-]+-----[^-]+-----END [^-]+-----\n/g) ?? [];
  return { certificate, privateKey, pem };
}
