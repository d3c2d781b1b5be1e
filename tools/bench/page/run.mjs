// The run that `pnpm bench page` times in Node and in a page: fine-tuning MobileFaceNet except for its first half.
import { arcFace, hardMining } from '@hm/losses';
import { mobileFaceNet } from '@hm/resnet';
import { Rng } from '@hm/tensor';

const SIZE = 112;
export const BATCH = 16;
const PEOPLE = 20;

/** Makes faces of noise, since the cost of a step does not depend on the images. */
function faces() {
  const rng = Rng.of('bench page');
  return Array.from({ length: PEOPLE }, (_, label) => ({
    name: `person ${label}`,
    photographs: Array.from({ length: 4 }, () => ({
      ...{ height: SIZE, width: SIZE },
      pixels: Uint8Array.from({ length: SIZE * SIZE * 3 }, () => rng.integer(256)),
    })),
  }));
}

/** Measures images/s over all steps but the first. @param place `train`, `fineTune`, and where to store the run. */
export async function imagesPerSecond({ train, fineTune, people, ...place }, steps) {
  const data = people(faces());
  const backbone = mobileFaceNet();
  const recipe = await fineTune(backbone, data, { batchSize: BATCH, epochs: 100 });
  const stop = new AbortController();
  const options = { data, backbone, head: hardMining(arcFace()), recipe, logEvery: 1, signal: stop.signal };
  let began = 0;
  for await (const event of train({ ...options, ...place })) {
    if (event.kind !== 'step') continue;
    if (event.step === 1) began = performance.now();
    if (event.step < steps + 1) continue;
    stop.abort();
    return (steps * BATCH * 1000) / (performance.now() - began);
  }
}
