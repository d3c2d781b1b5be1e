// `losses.mjs HEAD CLASSES [SAMPLED]`: computes a head's losses and their gradients with respect to embeddings and
// class weights. With SAMPLED, it uses the weights of that many classes, drawn and gathered at every step.
import '@tensorflow/tfjs-backend-cpu';
import { headByName, sampleClasses, takeClasses } from '@hm/losses';
import { compile } from '@hm/onnx';
import { flattenParams, fromTensors, hostTensor, hostZeros, Rng } from '@hm/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { serve } from './contestant.mjs';

const [name, ...sizes] = process.argv.slice(2);
const [classes, sampled = classes] = sizes.map(Number);
const [batch, embeddingSize] = [64, 512];
const rng = Rng.of(1);
const head = headByName(name);
const params = fromTensors(flattenParams(head.init(rng, { classes, embeddingSize })));
const names = Object.keys(params);
const shapes = Object.fromEntries(names.map((key) => [key, [sampled, ...params[key].shape.slice(1)]]));

// The gradients are the program's state, so that they stay where a training step would read them.
const program = await compile(
  (_, { embeddings, labels, step, ...weights }) => {
    const loss = (x, ...values) => {
      const tree = Object.fromEntries(names.map((key, i) => [key, values[i]]));
      return tf.mean(head.losses(tree, x, labels, step).losses);
    };
    const { value, grads } = tf.valueAndGrads(loss)([embeddings, ...names.map((key) => weights[key])]);
    const gradients = names.map((key, i) => [`gradient.${key}`, grads[i + 1]]);
    return {
      state: Object.fromEntries(gradients),
      outputs: { loss: value, 'gradient.embeddings': grads[0] },
    };
  },
  {
    state: Object.fromEntries(names.map((key) => [`gradient.${key}`, hostZeros('float32', shapes[key])])),
    inputs: {
      embeddings: { shape: [batch, embeddingSize] },
      labels: { shape: [batch], dtype: 'int32' },
      step: { shape: [], dtype: 'int32' },
      ...Object.fromEntries(names.map((key) => [key, { shape: shapes[key] }])),
    },
    threads: 2,
  },
);
const random = (length) => Float32Array.from({ length }, () => rng.normal());
const embeddings = hostTensor('float32', [batch, embeddingSize], random(batch * embeddingSize));
const labels = Int32Array.from({ length: batch }, () => rng.integer(classes));
const step = hostTensor('int32', [], Int32Array.of(1000));
const taken = Object.fromEntries(names.map((key) => [key, hostZeros('float32', shapes[key])]));

function weightsAndLabels() {
  if (sampled === classes) return { ...params, labels: hostTensor('int32', [batch], labels) };
  const sample = sampleClasses(labels, { classes, count: sampled, rng });
  for (const key of names) takeClasses(params[key], sample.classes, classes, taken[key].data);
  return { ...taken, labels: hostTensor('int32', [batch], sample.labels) };
}

await serve(() => program.run({ embeddings, step, ...weightsAndLabels() }));
