// `mpi-messages.mjs BYTES…`: runs as one of several ranks. Rank 0 prints the median seconds of a sum over all ranks,
// one line for each size.
import { joinOpenMpi } from '../../packages/train/dist/parallel/open-mpi.js';

const ranks = await joinOpenMpi();
for (const bytes of process.argv.slice(2).map(Number)) {
  const values = new Float32Array(bytes / 4);
  const repeats = Math.max(7, Math.min(200, Math.round(2e7 / bytes)));
  const seconds = [];
  for (let i = -3; i < repeats; i++) {
    // Synchronizes the ranks, as after a step that takes the same time on all of them.
    ranks.max(new Int32Array(1));
    const start = performance.now();
    ranks.sum(values);
    if (i >= 0) seconds.push((performance.now() - start) / 1000);
  }
  if (ranks.rank === 0)
    process.stdout.write(`${seconds.toSorted((a, b) => a - b)[Math.floor(repeats / 2)]}\n`);
}
