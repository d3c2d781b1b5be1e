import '@tensorflow/tfjs-backend-cpu';
import { exportOnnx } from '@hm/onnx';
import { createSession } from '@hm/onnx/session';
import { resnet18 } from '@hm/resnet';
import { hostTensor, Rng } from '@hm/tensor';
import { serve } from './contestant.mjs';

const BATCH = 64;
const rng = Rng.of(1);
const backbone = resnet18();
const variables = backbone.init(rng);
const model = await exportOnnx({
  apply: (images) => backbone.apply(variables, images, 'inference').embeddings,
  imageSize: backbone.imageSize,
});
const session = await createSession(model, { threads: 2 });
const images = Float32Array.from({ length: BATCH * 3 * 112 * 112 }, () => rng.normal());
const input = hostTensor('float32', [BATCH, 3, 112, 112], images);
await serve(() => session.run({ input }));
