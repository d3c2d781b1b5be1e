// `train.mjs FOLDER`: trains from files with `train` of @hm/train.
import { rmSync } from 'node:fs';
import { imageFolder } from '@hm/datasets';
import { serve } from './contestant.mjs';
import { startTraining } from './start-training.mjs';

const { events, out } = startTraining(await imageFolder(process.argv[2]), { batchSize: 64 });
await serve(async () => {
  for (;;) {
    const { value } = await events.next();
    if (value.kind === 'step') return;
  }
});
await events.return();
rmSync(out, { recursive: true });
