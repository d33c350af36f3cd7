/** What a command gives: its output, and an exit code as of a process, 0 when all is well. */
export interface CommandOutcome {
  readonly code: number;
  readonly stdout?: string;
  readonly stderr?: string;
}
