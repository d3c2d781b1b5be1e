import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { softmax } from '@hm/losses';
import { resnet18 } from '@hm/resnet';
import { paper, train } from '@hm/train';

/**
 * Trains ResNet-18 endlessly with cross-entropy and the paper's recipe, without checkpoints. The caller removes `out`.
 */
export function startTraining(data, { batchSize }) {
  const out = mkdtempSync(join(tmpdir(), 'hm-bench-run-'));
  const run = train({
    data,
    backbone: resnet18(),
    head: softmax(),
    recipe: { ...paper, batchSize, epochs: 10_000 },
    out,
    engine: { kind: 'onnx', threads: 2 },
    workers: 1,
    logEvery: 1,
    checkpointEvery: Number.MAX_SAFE_INTEGER,
  });
  return { events: run[Symbol.asyncIterator](), out };
}
