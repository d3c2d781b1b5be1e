import type { Params } from '@hm/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { it } from 'vitest';
import file from '../../golden/embedding-losses.json';
import type { Head } from '../heads/head.ts';
import { softmax } from '../heads/softmax.ts';
import { adaptiveHardSamples } from '../mining/adaptive-hard-samples.ts';
import { expectClose } from '../testing/evaluate.ts';
import { embeddingHeads, headAdditions } from './embedding-heads.ts';

// Written by tools/golden/embedding_losses.py: double precision, another library's losses and autodiff.
interface Golden {
  embeddings: number[][];
  labels: number[];
  upstream: number[];
  weight: number[][];
  centres: number[][];
  losses: GoldenCase[];
  heads: GoldenCase[];
}

interface GoldenCase {
  name: string;
  options: Record<string, unknown>;
  losses: number[];
  gradient: number[][];
  centres?: number[][];
}

const golden = file as unknown as Golden;

function headOf({ name, options }: GoldenCase): Head {
  if (name === 'adaptive') return adaptiveHardSamples(softmax({ bias: false }), options);
  if (name === 'centre' || name === 'minimum-margin')
    return headAdditions[name](softmax({ bias: false }), options);
  return embeddingHeads[name as keyof typeof embeddingHeads](options);
}

it.each([...golden.losses, ...golden.heads])('$name $options', (entry) => {
  tf.tidy(() => {
    const labels = tf.tensor1d(golden.labels, 'int32');
    const params: Params = { weight: tf.tensor2d(golden.weight) };
    const statistics: Params = { centres: tf.tensor2d(golden.centres) };
    const head = headOf(entry);
    const run = (x: tf.Tensor) => head.losses(params, x as tf.Tensor2D, labels, 0, statistics);
    const embeddings = tf.tensor2d(golden.embeddings);
    const result = run(embeddings);
    expectClose([...result.losses.dataSync()], entry.losses, 1e-5);
    const gradient = tf.grad((x) => tf.sum(tf.mul(run(x).losses, tf.tensor1d(golden.upstream))))(embeddings);
    expectClose([...gradient.dataSync()], entry.gradient.flat(), 1e-4);
    if (entry.centres) {
      const centres = result.statistics!.centres as tf.Tensor;
      expectClose([...centres.dataSync()], entry.centres.flat(), 1e-5);
    }
  });
});
