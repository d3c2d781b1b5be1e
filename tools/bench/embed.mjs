import { createSession } from '@hm/onnx/session';
import { hostTensor, Rng } from '@hm/tensor';
import { serve } from './contestant.mjs';
import { embeddingModel } from './embed-model.mjs';

const BATCH = 64;
const rng = Rng.of(1);
const session = await createSession(await embeddingModel(process.argv[2]), { threads: 2 });
const images = Float32Array.from({ length: BATCH * 3 * 112 * 112 }, () => rng.normal());
const input = hostTensor('float32', [BATCH, 3, 112, 112], images);
await serve(() => session.run({ input }));
