import type { Communicator } from './communicator.ts';
import { placeOf } from './place-of.ts';

let joined: Promise<Communicator> | undefined;

/**
 * The job that this process belongs to; undefined for one that runs alone, which loads nothing.
 *
 * @throws {UnavailableError} if the job's MPI cannot be used.
 */
export async function joinRanks(): Promise<Communicator | undefined> {
  if (placeOf(process.env) === undefined) return undefined;
  joined ??= import('./open-mpi.ts').then(({ joinOpenMpi }) => joinOpenMpi());
  return joined;
}
