import type { Params } from '@hm/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { it } from 'vitest';
import file from '../../golden/embedding-losses.json';
import type { Head } from '../head.ts';
import { embeddingLosses } from '../head-catalog.ts';
import { headFromConfig } from '../head-from-config.ts';
import { expectClose } from '../testing/evaluate.ts';

// Written by tools/golden/embedding_losses.py: double precision, another library's losses and autodiff.
interface Golden {
  embeddings: number[][];
  labels: number[];
  upstream: number[];
  weight: number[][];
  centers: number[][];
  losses: GoldenCase[];
  heads: GoldenCase[];
}

interface GoldenCase {
  name: string;
  options: Record<string, unknown>;
  losses: number[];
  gradient: number[][];
  centers?: number[][];
}

const golden = file as unknown as Golden;

/** The losses alone; what decorates, on softmax without a bias. */
const headOf = ({ name, options }: GoldenCase): Head =>
  headFromConfig({
    ...options,
    name,
    ...(!Object.hasOwn(embeddingLosses, name) && { of: { name: 'ce', bias: false } }),
  });

it.each([...golden.losses, ...golden.heads])('$name $options', (entry) => {
  tf.tidy(() => {
    const labels = tf.tensor1d(golden.labels, 'int32');
    const params: Params = { weight: tf.tensor2d(golden.weight) };
    const statistics: Params = { centers: tf.tensor2d(golden.centers) };
    const head = headOf(entry);
    const run = (x: tf.Tensor) => head.losses(params, x as tf.Tensor2D, labels, 0, statistics);
    const embeddings = tf.tensor2d(golden.embeddings);
    const result = run(embeddings);
    expectClose([...result.losses.dataSync()], entry.losses, 1e-5);
    const gradient = tf.grad((x) => tf.sum(tf.mul(run(x).losses, tf.tensor1d(golden.upstream))))(embeddings);
    expectClose([...gradient.dataSync()], entry.gradient.flat(), 1e-4);
    if (entry.centers) {
      const centers = result.statistics!.centers as tf.Tensor;
      expectClose([...centers.dataSync()], entry.centers.flat(), 1e-5);
    }
  });
});
