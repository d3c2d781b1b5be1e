import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { exportOnnx } from '@hm/onnx';
import { createSession } from '@hm/onnx/session';
import { resnet18 } from '@hm/resnet';
import { Rng } from '@hm/tensor';

await tf.setBackend('cpu');
for (const o of [{}, { stem: 'face', block: 'ir', head: 'E' }, { embeddingNorm: true }]) {
  const bb = resnet18(o);
  const v = bb.init(Rng.of(1));
  let t = performance.now();
  const b = await exportOnnx({
    apply: (x) => bb.apply(v, x, 'inference').embeddings,
    imageSize: [112, 112],
    metadata: { a: 'b' },
  });
  console.log(b.length, performance.now() - t);
  const s = await createSession(b, { threads: 2 });
  console.log(s.inputs, s.outputs, s.metadata);
  const x = {
    dtype: 'float32',
    shape: [64, 3, 112, 112],
    data: new Float32Array(64 * 3 * 112 * 112).map((_, i) => Math.sin(i)),
  };
  const ts = [];
  for (let i = 0; i < 6; i++) {
    t = performance.now();
    await s.run({ input: x });
    ts.push(performance.now() - t);
  }
  console.log(64000 / ts.sort((a, b) => a - b)[2]);
}
