// What a user's tests with a core agent may look like; compiled, never run.
import { type CoreAgent, createCoreAgent } from "configstream/core-agent";

export async function withAgent(): Promise<void> {
  const agent: CoreAgent = createCoreAgent({ address: "127.0.0.1:0" });
  await agent.start();
  await agent.stop();
}
