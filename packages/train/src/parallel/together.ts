import { writeSync } from 'node:fs';
import { decodeSafetensors, encodeSafetensors, HmError, InvalidArgumentError } from '@hm/tensor';
import type { Beginning } from '../begin-run.ts';
import { alone, type Communicator } from './communicator.ts';
import { placeOf } from './place-of.ts';

/**
 * Yields the events of a run on rank 0. The other ranks run as well, but yield nothing. If a rank cannot go on, the
 * whole job ends with that rank's number and the reason, since the others would wait for it.
 */
export async function* together<Event>(
  ranks: Communicator,
  events: AsyncGenerator<Event, void, void>,
): AsyncGenerator<Event, void, void> {
  if (ranks.count === 1) return yield* events;
  let isOver = false;
  try {
    for await (const event of events) if (ranks.rank === 0) yield event;
    isOver = true;
  } catch (error) {
    isOver = true;
    await endJob(ranks, error);
  } finally {
    if (!isOver) await endJob(ranks, leftEarly());
  }
}

/** Prints the reason and ends all ranks. If all ranks have the same error, the one that it names prints it. */
async function endJob(ranks: Communicator, error: unknown): Promise<void> {
  const known = HmError.isInstance(error);
  const speaker = known ? (error.fields.rank ?? ranks.rank) : ranks.rank;
  if (speaker !== ranks.rank) await ranks.gather();
  const reason = known ? error.message : ((error as Error)?.stack ?? String(error));
  // Synchronously, because nothing else will run in this process.
  writeSync(2, `rank ${ranks.rank} of ${ranks.count}: ${reason}\n`);
  ranks.abort();
}

const leftEarly = () =>
  new InvalidArgumentError({
    where: 'train, in a job of mpirun',
    expected: "a loop to the end of the run's events",
    received: 'one that was left before',
    fix: 'Raise `signal` to stop all ranks at the same step.',
  });

let joined: Promise<Communicator> | undefined;

/**
 * Joins the job that this process belongs to. Returns {@link alone} if it trains alone, without loading anything.
 *
 * @throws {UnavailableError} if the job's MPI cannot be used.
 */
export async function joinRanks(): Promise<Communicator> {
  if (placeOf(process.env) === undefined) return alone;
  joined ??= import('./open-mpi.ts').then(({ joinOpenMpi }) => joinOpenMpi());
  return joined;
}

/**
 * Shares where the run begins, as rank 0 reads it. Only rank 0 uses the run's folder, which may be on its host alone.
 */
export async function shareBeginning(
  ranks: Communicator,
  begin: () => Promise<Beginning>,
): Promise<Beginning> {
  if (ranks.count === 1) return begin();
  if (ranks.rank === 0) {
    const beginning = await begin();
    const progress = JSON.stringify(beginning.progress);
    ranks.broadcast(encodeSafetensors(beginning.state, { progress }), 0);
    return beginning;
  }
  const { tensors, metadata } = decodeSafetensors(ranks.broadcast(new Uint8Array(), 0));
  return {
    state: tensors,
    progress: JSON.parse(metadata.progress!),
    checkpoint: undefined,
    damaged: [],
  };
}
