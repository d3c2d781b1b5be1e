// One rank of a job, or a single process: trains a tiny network with the built package, as the JSON argument says.
import { inMemory, syntheticFaces } from '@hm/datasets';
import { headByName } from '@hm/losses';
import { InvalidDataError } from '@hm/tensor';
import { quick, train } from '../../dist/index.js';
import { tinyBackbone } from './tiny-backbone.mjs';

const {
  out,
  recipe = {},
  head = ['cosface', { scale: 8, margin: 0.1 }],
  identities = 6,
  identitiesOf = {},
  strangers = 0,
  failAt = {},
  onBadSample = 'throw',
  stopAt = {},
  pid = false,
  ...options
} = JSON.parse(process.argv[2]);
const rank = Number(process.env.OMPI_COMM_WORLD_RANK ?? 0);
const faces = inMemory(
  syntheticFaces({
    identities: identitiesOf[rank] ?? identities,
    imagesPerIdentity: 8,
    hardness: 0,
    seed: 3,
    size: 32,
  }),
);

const unlabeled =
  strangers > 0 &&
  inMemory(syntheticFaces({ identities: strangers, imagesPerIdentity: 8, hardness: 0, seed: 9, size: 32 }));

/** Data set with a torn image: the `failAt[rank]`-th that this rank asks for. */
let asked = 0;
const data = {
  length: faces.length,
  classes: faces.classes,
  name: (label) => faces.name(label),
  async sample(index) {
    asked += 1;
    if (asked === failAt[rank]) {
      const id = `torn ${index}`;
      throw new InvalidDataError({
        where: id,
        expected: 'an image',
        received: 'a torn one',
        fix: 'Repair it.',
        fields: { id },
      });
    }
    return faces.sample(index);
  },
};

const controller = new AbortController();
process.on('SIGTERM', () => controller.abort()).on('SIGUSR2', () => controller.abort());
if (pid) console.log(JSON.stringify({ kind: 'pid', rank, pid: process.pid }));
const run = train({
  data,
  ...(unlabeled && { unlabeled }),
  backbone: tinyBackbone({ embeddingSize: 16 }),
  head: headByName(...head),
  recipe: { ...quick, name: 'mpi', epochs: 4, batchSize: 12, ...recipe },
  out,
  workers: 1,
  logEvery: 1,
  engine: { kind: 'onnx', threads: 1 },
  onBadSample,
  signal: controller.signal,
  ...options,
});
if (stopAt[rank] !== undefined) setTimeout(() => controller.abort(), stopAt[rank]);
for await (const event of run) console.log(JSON.stringify({ rank, ...event }));
