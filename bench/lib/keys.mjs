/** The setting whose value tells when the producer wrote it. */
export const stampKey = "bench.written_at_us";
