import { trace } from '@hm/onnx';
import { type Backbone, resnet18 } from '@hm/resnet';
import {
  flattenParams,
  type HostTensor,
  hostTensor,
  Rng,
  sizeOf,
  toTensors,
  unflattenParams,
} from '@hm/tensor';
import { expect, test } from 'vitest';
import { inferenceGraph } from '../export/network-graph.ts';
import { freshBackbone } from '../initial-state.ts';
import { mapRecord } from '../map-record.ts';
import { differing } from '../testing/tiny-run.ts';
import { withTfjs } from '../with-tfjs.ts';
import type { NamedValues } from './named-values.ts';
import { weightsOfOnnx } from './weights-of-onnx.ts';

test.each([{}, { stem: 'face', block: 'ir', head: 'E', embeddingNorm: true }] as const)(
  'reads a ResNet-18 %j back to the bit',
  async (options) => {
    const backbone = resnet18({ ...options, imageSize: [16, 16], embeddingSize: 8 });
    const fresh = await freshValues(backbone);
    const rng = Rng.of('weights');
    const noise = ({ shape }: HostTensor) =>
      hostTensor(
        'float32',
        shape,
        Float32Array.from({ length: sizeOf(shape) }, () => rng.uniform(0.1, 2)),
      );
    const values = { params: mapRecord(fresh.params, noise), statistics: mapRecord(fresh.statistics, noise) };
    const model = await exported(backbone, values, false);
    const found = await weightsOfOnnx(model, backbone, fresh, 'model.onnx');
    expect(differing(found.params, values.params)).toEqual([]);
    expect(differing(found.statistics, values.statistics)).toEqual([]);
  },
);

const freshValues = async (backbone: Backbone): Promise<NamedValues> => {
  const { params, statistics } = await freshBackbone(backbone, 1);
  return { params: flattenParams(params), statistics: flattenParams(statistics) };
};

const exported = (backbone: Backbone, values: NamedValues, foldNormalization: boolean) =>
  withTfjs(async () => {
    const params = unflattenParams(toTensors(values.params));
    const statistics = unflattenParams(toTensors(values.statistics));
    const { run, inputs, parameters } = inferenceGraph(backbone, { params, statistics }, 'nchw');
    return trace(run, inputs, { parameters, foldNormalization });
  });

test('says what to do with a file whose normalization is folded', async () => {
  const backbone = resnet18({ imageSize: [16, 16], embeddingSize: 8 });
  const fresh = await freshValues(backbone);
  const model = await exported(backbone, fresh, true);
  await expect(weightsOfOnnx(model, backbone, fresh, 'model.onnx')).rejects.toThrow(
    /batch normalization folded into its convolutions\. Fix: .*--no-fold/,
  );
});
