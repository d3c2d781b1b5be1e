import { alone, type Communicator } from './communicator.ts';
import { placeOf } from './place-of.ts';

let joined: Promise<Communicator> | undefined;

/**
 * The job that this process belongs to; {@link alone} for one that trains by itself, which loads nothing.
 *
 * @throws {UnavailableError} if the job's MPI cannot be used.
 */
export async function joinRanks(): Promise<Communicator> {
  if (placeOf(process.env) === undefined) return alone;
  joined ??= import('./open-mpi.ts').then(({ joinOpenMpi }) => joinOpenMpi());
  return joined;
}
