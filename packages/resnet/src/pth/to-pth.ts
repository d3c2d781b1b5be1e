import { type HostTensor, hostTensor } from '@hm/tensor';
import { checkArguments } from '@hm/tensor/host';
import type { Backbone } from '../backbone.ts';
import { transposed } from '../transposed.ts';
import { encodeStateDict } from './encode-state-dict.ts';
import { EMBEDDING_OFFSET, theirNames } from './find-layout.ts';
import { layoutOf } from './layouts.ts';
import { theirShape, turnedRound, unknownNetwork } from './pth-weights.ts';
import type { NetworkWeights } from './weights.ts';

/** ε of every normalization here and in PyTorch. */
const EPSILON = 1e-5;

/**
 * Encodes a network's values as a `.pth` file with a PyTorch state dict. `torch.load(weights_only=True)` reads the
 * file, and `load_state_dict` of the original network accepts its names. It supports InsightFace's IResNets and
 * MobileFaceNet, AdaFace's networks, and torchvision's ResNet-18 and 34. The embeddings are the same.
 *
 * @throws {InvalidArgumentError} if the backbone has no known form in PyTorch.
 * @example
 * await writeFile('backbone.pth', toPth(iresnet50(), weights));
 */
export function toPth(backbone: Backbone, weights: NetworkWeights): Uint8Array {
  checkArguments(
    'toPth',
    { backbone, weights },
    { backbone: { has: ['name', 'config'] }, weights: { has: ['params', 'statistics'] } },
  );
  const layout = layoutOf(backbone);
  if (layout === undefined) throw unknownNetwork('toPth', backbone);
  const values = {
    ...weights.params,
    ...(layout.withoutOffset ? offsetInMean(weights) : weights.statistics),
  };
  const shapes = (part: Record<string, HostTensor>) =>
    Object.fromEntries(Object.entries(part).map(([name, { shape }]) => [name, shape]));
  const { of } = theirNames(layout, {
    params: shapes(weights.params),
    statistics: shapes(weights.statistics),
  });
  const channels = weights.params['head.norm.gamma']?.shape[0];
  const tensors: Record<string, HostTensor<'float32' | 'int64'>> = {};
  for (const [ours, value] of Object.entries(values)) {
    const theirs = of.get(ours);
    if (theirs === undefined) continue;
    const turned = layout.takesBgr && ours === 'stem.filter' ? turnedRound(value) : value;
    tensors[theirs] = theirOrder(turned, ours === 'head.dense.weight' ? channels : undefined);
    if (theirs.endsWith('.running_mean'))
      tensors[theirs.replace(/running_mean$/, 'num_batches_tracked')] = hostTensor(
        'int64',
        [],
        new BigInt64Array(1),
      );
  }
  for (const name of layout.ones ?? []) tensors[name] = ones(backbone.embeddingSize);
  return encodeStateDict(tensors);
}

function theirOrder(value: HostTensor<'float32'>, channels?: number): HostTensor<'float32'> {
  if (value.shape.length === 4) return transposed(value, [3, 2, 0, 1]);
  if (value.shape.length !== 2) return value;
  const [inputs, outputs] = value.shape as [number, number];
  const inputChannels = channels ?? inputs;
  const map = hostTensor('float32', [inputs / inputChannels, 1, inputChannels, outputs], value.data);
  return hostTensor('float32', theirShape(value.shape), transposed(map, [3, 2, 0, 1]).data);
}

/** Moves the embedding's offset into the running mean: `(x − mean) / σ + beta = (x − (mean − beta · σ)) / σ`. */
function offsetInMean({ params, statistics }: NetworkWeights): NetworkWeights['statistics'] {
  const name = EMBEDDING_OFFSET.replace(/beta$/, '');
  const [beta, mean, variance] = [
    params[EMBEDDING_OFFSET]!,
    statistics[`${name}mean`]!,
    statistics[`${name}variance`]!,
  ];
  const moved = mean.data.map((value, k) => value - beta.data[k]! * Math.sqrt(variance.data[k]! + EPSILON));
  return { ...statistics, [`${name}mean`]: hostTensor('float32', mean.shape, moved) };
}

const ones = (size: number) => hostTensor('float32', [size], new Float32Array(size).fill(1));
