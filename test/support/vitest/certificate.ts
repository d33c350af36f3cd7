/** Makes the certificate that the core agents of a run share where no test looks at it: to make one takes longer than most tests do. */
import type { TestProject } from "vitest/node";
import { makeCertificate } from "../agents/certificates.js";

declare module "vitest" {
  export interface ProvidedContext {
    ipcCertificate: string;
  }
}

export default async function setUp(project: TestProject): Promise<void> {
  const { pem } = await makeCertificate();
  project.provide("ipcCertificate", pem);
}
