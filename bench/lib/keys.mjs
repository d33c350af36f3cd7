/** The setting whose value says when the producer wrote it. */
export const stampKey = "bench.written_at_us";
