// Trains in a worker, since a step blocks its thread.
import { people } from '@hm/datasets/browser';
import { headByName } from '@hm/losses';
import { fromOnnx } from '@hm/resnet/from-onnx';
import { fineTune, indexedDbStore, type TrainEvent, train } from '@hm/train/browser';
import type { Lesson, Told } from './lesson.ts';
import { explain } from './status.ts';

const pause = new AbortController();
const tell = (told: Told) => postMessage(told);

addEventListener('message', ({ data }: MessageEvent<Lesson | 'pause'>) => {
  if (data === 'pause') return pause.abort();
  teach(data).catch((error) => tell({ kind: 'failed', reason: explain(error) }));
});

async function teach({ run, model, preprocessing, persons, epochs, loss }: Lesson): Promise<void> {
  const backbone = await fromOnnx(model);
  const data = people(persons);
  const recipe = await fineTune(backbone, data, { epochs, batchSize: Math.min(16, data.length) });
  const store = indexedDbStore(run, { keep: 1 });
  const training = train({
    ...{ data, backbone, preprocessing, head: headByName(loss), recipe, store, logEvery: 1 },
    ...{ resume: (await store.newest()).checkpoint !== undefined, signal: pause.signal },
  });
  let last: TrainEvent | undefined;
  for await (last of training) tell({ kind: 'event', event: last });
  if (last?.kind === 'done') tell({ kind: 'taught', model: await training.exportOnnx() });
}
