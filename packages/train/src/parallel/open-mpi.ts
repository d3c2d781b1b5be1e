import { setTimeout as delay } from 'node:timers/promises';
import { InvalidDataError, importOptional, UnavailableError } from '@hm/tensor';
import type { Communicator } from './communicator.ts';

/** Library of Open MPI 3, 4 and 5. The name of MPICH's ends in 12. */
const LIBRARY = 'libmpi.so.40';

const WHERE = 'train, in a job of mpirun';

/** `MPI_IN_PLACE`: the result overwrites the input. */
const IN_PLACE = 1;

/** Numbers per rank in one piece of a sum, few enough to stay in the processor's cache until they are added up. */
const PIECE = 2 ** 17;

/** Interval at which a waiting rank polls. */
const POLL_MILLISECONDS = 2;

/** Largest number of bytes in a message; MPI counts in 32 bits. */
const LARGEST_MESSAGE = 2 ** 30;

/**
 * Joins the job: loads Open MPI's library with koffi and initialises it. The connection ends with the process.
 *
 * @throws {UnavailableError} if koffi or the library is not installed, or the library is another MPI's.
 */
export async function joinOpenMpi(): Promise<Communicator> {
  const { load } = await importKoffi();
  const library = open(load);
  const call = bind(library);
  check('MPI_Init', call.init(null, null));
  const [rank, count] = [new Int32Array(1), new Int32Array(1)];
  check('MPI_Comm_rank', call.rank(call.world, rank));
  check('MPI_Comm_size', call.size(call.world, count));
  process.on('exit', (code) => {
    // A rank that exits with an error leaves it to mpirun to end the job.
    if (code === 0) call.finalize();
  });
  return new OpenMpi(call, rank[0]!, count[0]!);
}

type Koffi = typeof import('koffi').default;
type Library = ReturnType<Koffi['load']>;
type Calls = ReturnType<typeof bind>;

function bind(library: Library) {
  const handle = (name: string): bigint => library.symbol(`ompi_mpi_${name}`) as bigint;
  const f = (prototype: string) => library.func(prototype) as (...values: unknown[]) => number;
  return {
    world: handle('comm_world'),
    float: handle('float'),
    int: handle('int'),
    byte: handle('byte'),
    add: handle('op_sum'),
    most: handle('op_max'),
    init: f('int MPI_Init(void*, void*)'),
    rank: f('int MPI_Comm_rank(void*, void*)'),
    size: f('int MPI_Comm_size(void*, void*)'),
    allReduce: f('int MPI_Allreduce(intptr_t, void*, int, void*, void*, void*)'),
    broadcast: f('int MPI_Bcast(void*, int, void*, int, void*)'),
    barrier: f('int MPI_Ibarrier(void*, void*)'),
    test: f('int MPI_Test(void*, void*, void*)'),
    abort: f('int MPI_Abort(void*, int)'),
    finalize: f('int MPI_Finalize()'),
  };
}

class OpenMpi implements Communicator {
  readonly rank: number;
  readonly count: number;
  readonly #call: Calls;

  constructor(call: Calls, rank: number, count: number) {
    this.#call = call;
    this.rank = rank;
    this.count = count;
  }

  sum(values: Float32Array): void {
    const { allReduce, float, add, world } = this.#call;
    const size = PIECE * this.count;
    for (let start = 0; start < values.length; start += size) {
      const piece = values.subarray(start, start + size);
      check('MPI_Allreduce', allReduce(IN_PLACE, piece, piece.length, float, add, world));
    }
  }

  max(values: Int32Array): void {
    const { allReduce, int, most, world } = this.#call;
    check('MPI_Allreduce', allReduce(IN_PLACE, values, values.length, int, most, world));
  }

  broadcast(bytes: Uint8Array, root: number): Uint8Array {
    const length = Float64Array.of(bytes.length);
    this.#spread(new Uint8Array(length.buffer), root);
    const all = this.rank === root ? bytes : new Uint8Array(length[0]!);
    for (let start = 0; start < all.length; start += LARGEST_MESSAGE)
      this.#spread(all.subarray(start, start + LARGEST_MESSAGE), root);
    return all;
  }

  async gather(): Promise<void> {
    const { barrier, test, world } = this.#call;
    const [request, done] = [new BigInt64Array(1), new Int32Array(1)];
    check('MPI_Ibarrier', barrier(world, request));
    while (done[0] === 0) {
      check('MPI_Test', test(request, done, null));
      if (done[0] === 0) await delay(POLL_MILLISECONDS);
    }
  }

  abort(): never {
    this.#call.abort(this.#call.world, 1);
    process.exit(1);
  }

  #spread(bytes: Uint8Array, root: number): void {
    const { broadcast, byte, world } = this.#call;
    check('MPI_Bcast', broadcast(bytes, bytes.length, byte, root, world));
  }
}

/** Throws if a call has failed. By default MPI ends the job itself; this is for a library configured otherwise. */
function check(name: string, code: number): void {
  if (code === 0) return;
  throw new InvalidDataError({
    where: name,
    expected: 'success',
    received: `error ${code}`,
    fix: 'Look for what mpirun printed, and try the job on one host.',
    fields: { code },
  });
}

async function importKoffi(): Promise<Koffi> {
  const { default: koffi } = await importOptional(() => import('koffi'), { where: WHERE, name: 'koffi' });
  return koffi;
}

function open(load: Koffi['load']): Library {
  const fix =
    'Install Open MPI, version 3 or later, on every host (Debian: apt-get install openmpi-bin libopenmpi3).';
  let library: Library;
  try {
    // Open MPI's plug-ins look up its symbols among those of the process.
    library = load(LIBRARY, { global: true });
  } catch (cause) {
    throw unavailable(`the library ${LIBRARY} of Open MPI`, cause, fix);
  }
  try {
    library.symbol('ompi_mpi_comm_world');
    return library;
  } catch (cause) {
    throw unavailable('the library of Open MPI', `${LIBRARY} of another MPI`, fix, cause);
  }
}

const unavailable = (expected: string, received: unknown, fix: string, cause: unknown = received) =>
  new UnavailableError({
    where: WHERE,
    expected,
    received: received instanceof Error ? received.message : received,
    fix,
    cause,
  });
