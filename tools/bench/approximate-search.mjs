// `node tools/bench/approximate-search.mjs [--size N] [--effort 32,64,128]`: recall at 1 and at 10 of an HNSW index
// against exact search, the time that both take for a thousand probes, and the time to build the index.
import { parseArgs } from 'node:util';
import { approximateIndex, exactIndex } from '@hm/eval';
import { randomRows } from './random-rows.mjs';

const { values } = parseArgs({
  options: {
    size: { type: 'string', default: '100000' },
    effort: { type: 'string', default: '32,64,128,256' },
  },
});
const [PROBES, TOP] = [1000, 10];
// Five photographs of each person.
const people = { people: Math.min(20_000, Number(values.size) / 5) };
const gallery = randomRows(Number(values.size), 512, people);
// Other photographs of the first thousand people.
const probes = randomRows(PROBES, 512, people);
for (let k = 0; k < probes.data.length; k++) probes.data[k] += 0.3 * Math.sin(k * 12.9898);

const timed = async (work) => {
  const start = performance.now();
  const result = await work();
  return { result, seconds: (performance.now() - start) / 1000 };
};
const exact = await exactIndex(gallery, { threads: 2 });
const wanted = await timed(() => exact.search(probes, TOP));
console.log(JSON.stringify({ size: exact.size, search: 'exact', secondsPerThousand: wanted.seconds }));
for (const searchEffort of values.effort.split(',').map(Number)) {
  const built = await timed(() => approximateIndex(gallery, { searchEffort, threads: 2 }));
  const found = await timed(() => built.result.search(probes, TOP));
  const sets = Array.from(
    { length: PROBES },
    (_, p) => new Set(wanted.result.rows.subarray(p * TOP, (p + 1) * TOP)),
  );
  const hits = found.result.rows.reduce((sum, row, k) => sum + Number(sets[Math.floor(k / TOP)].has(row)), 0);
  const first = ({ rows }, probe) => rows[probe * TOP];
  const firsts = sets.filter((_, probe) => first(found.result, probe) === first(wanted.result, probe)).length;
  console.log(
    JSON.stringify({
      search: 'hnsw',
      searchEffort,
      recallAt1: firsts / PROBES,
      recallAt10: hits / (PROBES * TOP),
      secondsPerThousand: found.seconds,
      buildSeconds: built.seconds,
    }),
  );
  await built.result.release();
}
