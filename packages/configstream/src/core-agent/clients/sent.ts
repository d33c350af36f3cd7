/** Up to which state each open stream has been sent, by session. */

/** Of one stream. */
export interface SentOverStream {
  /** An event left for the receiver, which need not have taken it yet. */
  note(sequenceId: number): void;
  /** The stream is over. */
  close(): void;
}

export class Sent {
  /** A session may have another stream for a while before the end of the one before is noticed. */
  readonly #bySession = new Map<string, Set<{ sequenceId: number }>>();

  /** The newest state; `undefined`: nothing was sent, or no stream is open. */
  of(sessionId: string): number | undefined {
    const streams = this.#bySession.get(sessionId);
    return streams && Math.max(...Array.from(streams, ({ sequenceId }) => sequenceId));
  }

  open(sessionId: string): SentOverStream {
    const stream = { sequenceId: 0 };
    return {
      note: (sequenceId) => {
        stream.sequenceId = sequenceId;
        const streams = this.#bySession.get(sessionId);
        if (streams === undefined) this.#bySession.set(sessionId, new Set([stream]));
        else streams.add(stream);
      },
      close: () => {
        const streams = this.#bySession.get(sessionId);
        streams?.delete(stream);
        if (streams?.size === 0) this.#bySession.delete(sessionId);
      },
    };
  }
}
