/** Environment variables of Open MPI, and of MPICH, Intel MPI and Slurm's PMI. */
const variables = [
  ['OMPI_COMM_WORLD_RANK', 'OMPI_COMM_WORLD_SIZE'],
  ['PMI_RANK', 'PMI_SIZE'],
] as const;

/** Returns the shard of a process that `mpirun` started, or undefined if the process runs alone. */
export function shardOfRank(
  environment: Readonly<Record<string, string | undefined>>,
): { index: number; count: number } | undefined {
  for (const [rank, size] of variables) {
    const [index, count] = [Number(environment[rank]), Number(environment[size])];
    if (Number.isInteger(index) && count > 1) return { index, count };
  }
  return undefined;
}
