import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hm, temporaryFolder, writeFaces, writePairs } from './testing.ts';

const folder = temporaryFolder();
const path = (...parts: string[]) => join(folder.path, ...parts);
afterAll(folder.dispose);

const small = [
  ...['--synthetic', '4', '--set', 'synthetic.imagesPerIdentity=4', '--image-size', '16'],
  ...['--embedding-size', '8', '--batch', '8', '--epochs', '1', '--lr', '0.01', '--threads', '1'],
];
const runOf = (name: string) => JSON.parse(readFileSync(path(name, 'run.json'), 'utf8'));
const lastWeights = (name: string) => readFileSync(path(name, 'checkpoints', 'step-00000002.safetensors'));

describe('hm train', () => {
  beforeAll(async () => {
    writePairs(path('pairs.txt'), await writeFaces(path('test'), { identities: 6, images: 2, size: 16 }));
    const recipe = {
      ...{ epochs: 8, accumulate: 2, averageDecay: 0.9, clipNorm: 5, optimizer: { kind: 'adamw' } },
      weightDecay: { weights: 0.1, norms: 0, biases: 0 },
    };
    writeFileSync(path('recipe.json'), JSON.stringify(recipe));
    const { status, stdout, stderr } = await hm([
      ...['train', ...small, '--recipe', path('recipe.json'), '--loss', 'hm-arcface'],
      ...['--set', 'loss.scale=16', '--set', 'labelSmoothing=0.1', '--set', 'schedule.kind=one-cycle'],
      ...[
        '--validate',
        path('test'),
        '--set',
        `validatePairs=${path('pairs.txt')}`,
        '--set',
        'validateEvery=3',
      ],
      ...['--set', 'hardness=true', '--set', 'tensorBoard=true', '--set', 'keep=1', '--out', path('run')],
    ]);
    expect(status, stderr).toBe(0);
    expect(stdout).toMatch(/^epoch 1: \d+\.\d % of the samples easy, mean gate \d\.\d{3}$/m);
    expect(stdout).toMatch(/^step 2: accuracy \d+\.\d\d %, the best so far$/m);
  });

  it('makes a recipe of the file and of what was typed', () => {
    const { recipe: made, head, environment } = runOf('run');
    expect(made).toMatchObject({
      ...{ epochs: 1, batchSize: 8, accumulate: 2, averageDecay: 0.9, clipNorm: 5 },
      ...{ schedule: { kind: 'one-cycle' }, optimizer: { kind: 'adamw' } },
      weightDecay: { weights: 0.1, norms: 0, biases: 0 },
    });
    expect(head).toMatchObject({
      name: 'hard-mining',
      of: { name: 'label-smoothing', share: 0.1, of: { name: 'arcface', scale: 16 } },
    });
    expect(environment.command).toMatchObject({
      ...{ loss: { name: 'hm-arcface', scale: 16 }, synthetic: { identities: 4 }, keep: 1, clipNorm: 5 },
    });
  });

  it('--from repeats a run to the bit', async () => {
    const again = await hm(['train', '--from', path('run'), '--out', path('again')]);
    expect(again.status, again.stderr).toBe(0);
    expect(lastWeights('again').equals(lastWeights('run'))).toBe(true);
  });

  it('hm export takes the best, and its average', async () => {
    const options = ['--no-fold', '--best', '--ema', '--out', path('best.onnx'), '--json'];
    const { status, stdout } = await hm(['export', path('run'), ...options]);
    expect(status).toBe(0);
    expect(JSON.parse(stdout).checkpoint).toBe(path('run', 'best.safetensors'));
  });

  it('fine-tunes what was trained, its first layers as they are; a live page shows what the run tells', async () => {
    const pages: Promise<string>[] = [];
    const sampler = ['sampler.kind=hard', 'sampler.images=4', 'sampler.neighbors=1'];
    const changes = [...sampler, 'freeze=backbone.stem.*', 'optimizer.momentum=0.8', 'mixedPrecision=true'];
    const options = ['--pretrained', path('best.onnx'), '--loss', 'ce', '--recipe', 'quick', '--dashboard'];
    const { status, stderr } = await hm(
      [
        ...['train', ...small, ...options, ...changes.flatMap((change) => ['--set', change])],
        ...['--epochs', '2', '--out', path('tuned')],
      ],
      (printed) => {
        const url = /Live page: (http:\S+)/.exec(printed)?.[1];
        if (url !== undefined && pages.length === 0)
          pages.push(...['', 'events'].map((name) => fetch(url + name).then((response) => response.text())));
      },
    );
    expect([status, stderr]).toEqual([0, expect.stringMatching(/^Live page: http:\/\/127\.0\.0\.1:\d+\/$/m)]);
    expect(runOf('tuned')).toMatchObject({
      recipe: {
        ...{ freeze: ['backbone.stem.*'], mixedPrecision: true, optimizer: { kind: 'sgd', momentum: 0.8 } },
        sampler: { kind: 'hard', images: 4, neighbors: 1 },
      },
      pretrained: { sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
    });
    const [page, events] = await Promise.all(pages);
    expect(() => new Function(/<script>([\s\S]*)<\/script>/.exec(page!)![1]!)).not.toThrow();
    expect(events).toMatch(/^data: \{"kind":"start"[\s\S]*"kind":"done"[\s\S]*event: end\ndata: \n\n$/);
  });

  it('a run.json without its options cannot be repeated', async () => {
    const { environment: _, ...rest } = runOf('run');
    writeFileSync(path('run.json'), JSON.stringify({ ...rest, environment: {} }));
    const { status, stderr } = await hm(['train', '--from', folder.path, '--out', path('other')]);
    expect([status, stderr]).toEqual([1, expect.stringContaining('none with its options in run.json')]);
  });
});
