// Calls onnxruntime-node with prepared tensors: the upper bound for embed-overhead, embed-files and embed-stock.
import { serve } from './contestant.mjs';
import { embeddingModel } from './embed-model.mjs';

process.env.ORT_DISABLE_TELEMETRY ??= '1';
const { InferenceSession, Tensor } = await import('onnxruntime-node');

const session = await InferenceSession.create(await embeddingModel(process.argv[3]), {
  intraOpNumThreads: 2,
});
const batch = Number(process.argv[2] ?? 32);
const images = Float32Array.from(
  { length: batch * 3 * 112 * 112 },
  (_, k) => ((k * 2654435761) >>> 24) / 128 - 1,
);
const input = new Tensor('float32', images, [batch, 3, 112, 112]);
await serve(async () => {
  for (let done = 0; done < 64; done += batch) await session.run({ input });
});
