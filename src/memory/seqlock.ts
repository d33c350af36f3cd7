/**
 * The protocol between one writer and any number of readers. Both halves are here, side by side.
 *
 * It is a seqlock in its latch form (compare Linux `seqcount_latch_t`): every slot has two descriptors, a publish overwrites the
 * **older** one, and a reader takes the newest one that is not newer than the last *complete* publish. So a publish under way, or
 * one whose writer died, is invisible, and no thread ever waits for it.
 *
 * **The words.** `begun` and `done` are the numbers of the newest publish that was begun and that is complete; a slot's
 * *cell* holds the number of the publish that changed the slot last. Publish numbers rise by one within an arena.
 *
 * **Writer**, publish p = done + 1:
 *
 * 1. W1  `begun ← p`, read-modify-write
 * 2. W2  plain writes: values into free bytes, the older descriptor of each changed slot
 * 3. W3  cells of the changed slots `← p`
 * 4. W4  `done ← p`, unless a newer writer has come
 *
 * The bytes of a record are free again when the descriptor that named them has been overwritten, not before.
 *
 * **Reader**, for one slot:
 *
 * 1. R1  P = load `done`
 * 2. R2  plain reads: both descriptors, then the bytes of the one with the greatest number ≤ P, into private memory
 * 3. R3  read-modify-write of `begun` (add 0): the copy counts only if `begun` is P or P + 1
 * 4. checksum, and only then decoding, of the private copy
 *
 * (A reader of a single record may go on with an older P while the record is still the slot's newest:
 * {@link recordStillValid}.)
 *
 * **Why the copy is what publish ≤ P wrote (G1).** Publish P + 1 overwrites only descriptors that are the older ones at P
 * and bytes that no descriptor names at P: nothing that this reader looks at. So the reader is safe unless publish
 * P + 2 has begun to write. R3 and W1 of P + 2 are both read-modify-writes of `begun`, so one comes first:
 *
 * - *W1 first*: R3 reads P + 2 or more, and the reader throws its copy away.
 * - *R3 first*: W1 reads the value that R3 wrote, or that a later reader's R3 wrote, which in turn read it. So R3
 *   synchronizes with W1, the plain reads of R2 happen before the plain writes of W2 in publish P + 2, and a read cannot
 *   see a write that it happens before (ECMAScript memory model, 29.9 "happens-before", 29.10 "valid executions").
 *
 * That is why R3 *writes*: a load there would order nothing that stands before it. It is also why W1 must *read*: after a
 * plain atomic store there would be no edge from R3. (H.-J. Boehm, "Can seqlocks get along with programming language
 * memory models?", MSPC 2012.) On arm64 the same holds of the instructions: R3's store half is a release, W1's load half
 * an acquire, and an exclusive pair or LSE atomic cannot succeed between the two halves of the other.
 *
 * In the other direction, W4 and R1 are a store and a load of `done`, sequentially consistent: what publishes ≤ P wrote
 * happens before R2, so the newest descriptor ≤ P is seen.
 *
 * **Why a thread never goes backwards (G2).** A thread that saw publish p read `done ≥ p` at R1, so every cell that p wrote
 * (W3 precedes W4) happens before that thread's later reads: a fast path that compares a cell with the number beside
 * its cached value cannot find it equal when p changed that slot.
 *
 * **A writer that was only thought dead.** Each writer adds 1 to a word of the header when it comes, and what it finds is its turn; the
 * application's thread adds 1 as well when it takes a worker for dead. A
 * publish of the former one may be under way then, and go on in an arena of its own; what both write is cells. The former one looks at that word
 * between its last mark and W4, and between marking all cells and sending readers to a new arena. Either a newer writer has come: then nobody
 * ever sees this publish, its number is in no reader's cache, and as a cell's content it equals none. Or none has: then all its marks
 * come before that writer's addition, and so before those marks with which the newer one moves every reader.
 *
 * **Why no thread waits (G4).** The reader's steps have no loop; a caller repeats them a fixed number of times with a newer P and
 * then keeps what it had. The writer never looks at readers.
 *
 * **Retirement.** Before a dead arena's bytes are used again, its `begun` is set to {@link RETIRED} by a read-modify-write.
 * The argument above holds with "W1 of P + 2" replaced by it: a reader still inside the old arena either finished
 * before, or finds a number that is neither P nor P + 1.
 */
import { block, descriptor, header, RETIRED, slot } from "./layout.js";
import type { Region } from "./region.js";

/** Writer, W1. After this, and before {@link endPublish}, nothing may throw. */
export function beginPublish(region: Region, blockAt: number, publish: number): void {
  // A read-modify-write, not a store: it must read the readers' R3, see above.
  region.exchange(blockAt + block.begun, publish);
}

/** Writer, W2: word index of the descriptor of a slot that this publish may overwrite. */
export function olderDescriptor(region: Region, slotAt: number): number {
  const a = slotAt + slot.descriptorA;
  const b = slotAt + slot.descriptorB;
  const inA = region.plain(a + descriptor.publish);
  const inB = region.plain(b + descriptor.publish);
  if (inA === 0) return a;
  if (inB === 0) return b;
  // Signed difference: numbers of one arena are close together, wherever in the 32 bits its range is.
  return ((inA - inB) | 0) < 0 ? a : b;
}

/** Of a slot's two descriptors the one that is not given. */
export function otherDescriptor(slotAt: number, descriptorAt: number): number {
  const a = slotAt + slot.descriptorA;
  return descriptorAt === a ? slotAt + slot.descriptorB : a;
}

/** Writer, W2: overwrites a descriptor. */
export function writeDescriptor(
  region: Region,
  descriptorAt: number,
  publish: number,
  at: number,
  info: number,
  sum: number,
): void {
  region.setPlain(descriptorAt + descriptor.publish, publish);
  region.setPlain(descriptorAt + descriptor.at, at);
  region.setPlain(descriptorAt + descriptor.info, info);
  region.setPlain(descriptorAt + descriptor.checksum, sum);
}

/**
 * Writer, W3. Atomic, because readers' slow paths order it against `done` and the present arena. And a read-modify-write: it reads the mark
 * of a writer that was only thought dead, which so happens before it, and which no plain read can see after it.
 */
export function markCell(region: Region, cellAt: number, publish: number): void {
  region.exchange(cellAt, publish);
}

/** Whether no writer has come after the one whose turn is given. To be asked between its last mark and what makes that count, see above. */
export function isNewestWriter(region: Region, turn: number): boolean {
  return region.load(header.writers) === turn;
}

/** Writer, W4: the publish becomes visible, as a whole. */
export function endPublish(region: Region, blockAt: number, publish: number): void {
  region.store(blockAt + block.done, publish);
}

/** Writer: after this the arena's bytes may be written again. */
export function retire(region: Region, blockAt: number): void {
  // A read-modify-write for the same reason as W1.
  region.exchange(blockAt + block.begun, RETIRED);
}

/**
 * As {@link retire}, of an arena whose newest publish was `begun` when its writer had ended; nothing when another arena has its block
 * by now, because that one's writer has retired it. A read-modify-write in either case that matters: when it fails, it has read what
 * followed that writer's own.
 */
export function retireFrom(region: Region, blockAt: number, begun: number): void {
  region.compareExchange(blockAt + block.begun, begun, RETIRED);
}

/** Reader, R1: the newest complete publish. */
export function lastComplete(region: Region, blockAt: number): number {
  return region.load(blockAt + block.done);
}

/**
 * Reader, R2, first half: word index of the descriptor that publish `at` sees, or -1 when the slot held nothing then.
 * The result means something only after {@link stillValid}.
 */
export function visibleDescriptor(region: Region, slotAt: number, at: number): number {
  const a = slotAt + slot.descriptorA;
  const b = slotAt + slot.descriptorB;
  const inA = region.plain(a + descriptor.publish);
  const inB = region.plain(b + descriptor.publish);
  const seesA = inA !== 0 && ((at - inA) | 0) >= 0;
  const seesB = inB !== 0 && ((at - inB) | 0) >= 0;
  if (seesA && seesB) return ((inA - inB) | 0) > 0 ? a : b;
  if (seesA) return a;
  return seesB ? b : -1;
}

/** Reader, R3: whether everything that was read since R1 gave `at` can be relied on. */
export function stillValid(region: Region, blockAt: number, at: number): boolean {
  // A read-modify-write, not a load: only its write half orders the plain reads before it, see above.
  const begun = region.add(blockAt + block.begun, 0);
  return begun === at || begun === ((at + 1) | 0);
}

/**
 * Reader, R3 for one record: as {@link stillValid}, and also true when later publishes have begun but the descriptor that was
 * read is still its slot's newest. `descriptorAt` and `publish` are what {@link visibleDescriptor} found and what stood there.
 *
 * Say R3 reads b. Then W1 of b happened before, and so did all writes of publishes < b: their numbers are seen. Only an older
 * descriptor is ever overwritten, so if ours is the newest now, no publish ≤ b has touched it or freed its bytes, and
 * publishes > b come after R3, by the argument above.
 */
export function recordStillValid(
  region: Region,
  blockAt: number,
  at: number,
  slotAt: number,
  descriptorAt: number,
  publish: number,
): boolean {
  const begun = region.add(blockAt + block.begun, 0);
  if (begun === at || begun === ((at + 1) | 0)) return true;
  if (begun === RETIRED || descriptorAt < 0) return false;
  // The number itself may have been read while a later publish was writing the descriptor.
  if (((at - publish) | 0) < 0) return false;
  const other = region.plain(otherDescriptor(slotAt, descriptorAt) + descriptor.publish);
  // Whatever number is newer, even one that came after R3, says that ours may have been overwritten before R3.
  const isNewest = other === 0 || ((publish - other) | 0) > 0;
  return isNewest && region.plain(descriptorAt + descriptor.publish) === publish;
}
