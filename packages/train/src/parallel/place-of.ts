import { UnavailableError } from '@hm/tensor';

/** Place of this process among those that `mpirun` started. */
export interface Place {
  /** Number of the process, from 0. */
  rank: number;
  /** Number of processes, N. */
  count: number;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Returns the place of this process in an Open MPI job; undefined if it runs alone.
 *
 * @throws {UnavailableError} if another MPI started it, whose library is not supported.
 */
export function placeOf(environment: Environment): Place | undefined {
  const [rank, count] = numbers(environment, 'OMPI_COMM_WORLD_RANK', 'OMPI_COMM_WORLD_SIZE');
  if (count > 1 && Number.isInteger(rank)) return { rank, count };
  const [, others] = numbers(environment, 'PMI_RANK', 'PMI_SIZE');
  if (others > 1 && Number.isNaN(count)) throw anotherMpi(others);
  return undefined;
}

const numbers = (environment: Environment, ...names: [string, string]) =>
  names.map((name) => Number.parseInt(environment[name] ?? '', 10)) as [number, number];

const anotherMpi = (count: number) =>
  new UnavailableError({
    where: 'train',
    expected: 'processes that were started by the mpirun of Open MPI',
    received: `PMI_SIZE=${count}, as MPICH, Intel MPI and srun set it`,
    fix: 'Start them with the mpirun of Open MPI (Debian: apt-get install openmpi-bin).',
  });
