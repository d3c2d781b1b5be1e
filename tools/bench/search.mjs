import { exactIndex } from '@hm/eval';
import { serve } from './contestant.mjs';
import { randomRows } from './random-rows.mjs';

const size = Number(process.argv[2]);
const index = await exactIndex(randomRows(size, 512), { threads: 2 });
const probes = randomRows(1000, 512, { seed: 5 });
await serve(() => index.search(probes, 10));
