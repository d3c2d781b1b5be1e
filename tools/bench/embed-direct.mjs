// onnxruntime-node called directly, with tensors that are ready: the bound for embed-overhead and embed-files.
import { serve } from './contestant.mjs';
import { embeddingModel } from './embed-model.mjs';

process.env.ORT_DISABLE_TELEMETRY ??= '1';
const { InferenceSession, Tensor } = await import('onnxruntime-node');

const session = await InferenceSession.create(await embeddingModel(), { intraOpNumThreads: 2 });
const images = Float32Array.from(
  { length: 32 * 3 * 112 * 112 },
  (_, k) => ((k * 2654435761) >>> 24) / 128 - 1,
);
const input = new Tensor('float32', images, [32, 3, 112, 112]);
await serve(async () => {
  await session.run({ input });
  await session.run({ input });
});
