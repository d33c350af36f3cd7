/**
 * What the consumer trusts: the one certificate in the IPC certificate file.
 *
 * Why a name check may be left out, and only here. The trust store of the connection holds exactly one certificate, the
 * pinned one, and no public roots. OpenSSL has verified the peer's chain up to it, its dates, and that the peer holds the
 * private key, before `checkServerIdentity` is called at all. A peer that shows the pinned certificate itself has thereby
 * proved to be the owner of that file's key; which name it is reached by (`127.0.0.1`, a container's host name, a
 * forwarded port) adds nothing, and the agent's certificate names `localhost` only. Any *other* certificate that
 * was merely issued by the pinned one still has to carry the name that was dialled.
 *
 * `rejectUnauthorized` is set explicitly, because the variable NODE_TLS_REJECT_UNAUTHORIZED would otherwise switch it off.
 */
import { X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import { checkServerIdentity, createSecureContext, type PeerCertificate, type SecureContext } from "node:tls";
import { ConfigStreamError } from "../../shared/errors.js";
import type { Credentials } from "../ports.js";

/** What a TLS client needs to trust the pinned certificate and nothing else. */
export interface Trust {
  readonly secureContext: SecureContext;
  readonly verifyOptions: {
    readonly rejectUnauthorized: true;
    readonly checkServerIdentity: (hostname: string, peer: PeerCertificate) => Error | undefined;
  };
}

/** Builds the trust for one connection. Throws a `ConfigStreamError` of code `credentials` when OpenSSL refuses the files. */
export function pinnedTrust(credentials: Credentials, host: string, ipcCertFile: string): Trust {
  const { certificate, privateKey } = credentials;
  return {
    secureContext: secureContextOf(certificate, privateKey, ipcCertFile),
    verifyOptions: { rejectUnauthorized: true, checkServerIdentity: identityCheck(certificate, host) },
  };
}

function secureContextOf(certificate: string, privateKey: string, path: string): SecureContext {
  try {
    return createSecureContext({ ca: certificate, cert: certificate, key: privateKey, minVersion: "TLSv1.2" });
  } catch {
    const message = `TLS cannot use the certificate and key in ${path}; the key may be too weak or of an unknown kind.`;
    throw new ConfigStreamError("credentials", message);
  }
}

function identityCheck(certificate: string, host: string): Trust["verifyOptions"]["checkServerIdentity"] {
  const pinned = new X509Certificate(certificate).raw;
  return (_hostname, peer) => (pinned.equals(peer.raw) ? undefined : checkServerIdentity(host, peer));
}

/**
 * The name to send in the TLS handshake in place of the host, or undefined for the host itself. An IP address is not
 * allowed there (RFC 6066), and Node.js prints a warning about it.
 */
export function serverNameOverride(host: string): string | undefined {
  return isIP(host) === 0 ? undefined : "localhost";
}
