/**
 * Measures exported backbones with random weights: size of the file, and time for one face and for 64, in float32 and
 * in int8, in alternating rounds.
 *
 *   pnpm bench backbones [--json]
 */
import { quantize } from '@hm/onnx/precision';
import { createSession } from '@hm/onnx/session';
import { dlibResNet, mobileFaceNet, mobileNetV4, resnet18 } from '@hm/resnet';
import { hostTensor, Rng } from '@hm/tensor';
import { exported } from './embed-model.mjs';

const ROUNDS = 9;
const backbones = {
  'mobileFaceNet()': mobileFaceNet(),
  'mobileFaceNet({ width: 2 })': mobileFaceNet({ width: 2 }),
  'mobileNetV4()': mobileNetV4(),
  'dlibResNet()': dlibResNet(),
  'resnet18()': resnet18(),
};

const rng = Rng.of(1);
const contestants = [];
for (const [name, backbone] of Object.entries(backbones)) {
  const batchOf = (count) => {
    const shape = [count, 3, ...backbone.imageSize];
    const data = Float32Array.from({ length: shape.reduce((a, b) => a * b) }, () => rng.normal());
    return { input: hostTensor('float32', shape, data) };
  };
  const float32 = await exported(backbone);
  const files = { float32, int8: await quantize(float32, [batchOf(8)]) };
  for (const [precision, bytes] of Object.entries(files)) {
    const session = await createSession(bytes, { threads: 2 });
    for (const faces of [1, 64])
      contestants.push({
        name,
        precision,
        faces,
        bytes: bytes.length,
        session,
        feeds: batchOf(faces),
        times: [],
      });
  }
}
for (let round = 0; round < ROUNDS + 2; round++)
  for (const { session, feeds, faces, times } of contestants) {
    const start = performance.now();
    const runs = faces === 1 ? 10 : 1;
    for (let i = 0; i < runs; i++) await session.run(feeds);
    if (round >= 2) times.push((performance.now() - start) / runs);
  }

const results = contestants.map(({ name, precision, faces, bytes, times }) => ({
  ...{ name, precision, faces, bytes },
  milliseconds: times.toSorted((a, b) => a - b)[Math.floor(ROUNDS / 2)],
}));
if (process.argv.includes('--json')) console.log(JSON.stringify({ bench: 'backbones', results }));
else
  for (const { name, precision, faces, bytes, milliseconds } of results)
    console.log(
      `${name.padEnd(28)} ${precision.padEnd(8)} ${(bytes / 1e6).toFixed(2).padStart(6)} MB  ${faces} faces: ${milliseconds.toFixed(1)} ms`,
    );
