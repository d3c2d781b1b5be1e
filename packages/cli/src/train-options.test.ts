import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hm, temporaryFolder, writeFaces, writePairs } from './testing.ts';

const folder = temporaryFolder();
const path = (...parts: string[]) => join(folder.path, ...parts);
afterAll(folder.dispose);

const small = [
  '--synthetic',
  '4',
  '--images-per-identity',
  '4',
  '--image-size',
  '16',
  '--embedding-size',
  '8',
  '--batch',
  '8',
];
const recipe = ['--recipe', 'quick', '--epochs', '1', '--lr', '0.01', '--threads', '1'];
const runOf = (name: string) => JSON.parse(readFileSync(path(name, 'run.json'), 'utf8'));
const lastWeights = (name: string) => readFileSync(path(name, 'checkpoints', 'step-00000002.safetensors'));

describe('hm train', () => {
  beforeAll(async () => {
    writePairs(path('pairs.txt'), await writeFaces(path('test'), { identities: 6, images: 2, size: 16 }));
    const loss = ['--loss', 'hm-arcface', '--label-smoothing', '0.1', '--loss-options', '{"scale":16}'];
    const update = [
      '--optimizer',
      'adamw',
      '--weight-decay',
      '0.1',
      '--decay-free',
      'norms,biases',
      '--ema',
      '0.9',
    ];
    const schedule = [
      '--schedule',
      'one-cycle',
      '--warmup-epochs',
      '0.5',
      '--clip-norm',
      '5',
      '--accumulate',
      '2',
    ];
    const watch = [
      '--validate',
      path('test'),
      '--validate-pairs',
      path('pairs.txt'),
      '--validate-every',
      '3',
    ];
    const options = [
      ...small,
      ...recipe,
      ...loss,
      ...update,
      ...schedule,
      ...watch,
      '--hard-samples',
      '--tensorboard',
    ];
    const { status, stdout, stderr } = await hm(['train', ...options, '--keep', '1', '--out', path('run')]);
    expect(status, stderr).toBe(0);
    expect(stdout).toMatch(/^epoch 1: \d+\.\d % of the samples easy, mean gate \d\.\d{3}$/m);
    expect(stdout).toMatch(/^step 2: accuracy \d+\.\d\d %, the best so far$/m);
  });

  it('makes a recipe of what was typed', () => {
    const { recipe: made, head, environment } = runOf('run');
    expect(made).toMatchObject({
      ...{ epochs: 1, batchSize: 8, accumulate: 2, averageDecay: 0.9, clipNorm: 5 },
      schedule: { kind: 'one-cycle', warmupEpochs: 0.5 },
      optimizer: { kind: 'adamw' },
      weightDecay: { weights: 0.1, norms: 0, biases: 0 },
    });
    expect(head).toMatchObject({
      name: 'hard-mining',
      of: { name: 'label-smoothing', share: 0.1, of: { name: 'arcface', scale: 16 } },
    });
    expect(environment.command).toMatchObject({ loss: 'hm-arcface', synthetic: 4, keep: 1 });
  });

  it.each([
    ['provider', '__proto__'],
    ['augment', '__proto__'],
    ['epochs', '3'],
    ['resume', 1],
    ['no-such', true],
  ])('--from refuses what could not be typed: %s', async (name, value) => {
    const { environment, ...config } = runOf('run');
    const own = ['resume'].includes(name);
    mkdirSync(path('forged'), { recursive: true });
    const command = { ...environment.command, [name]: value };
    writeFileSync(
      path('forged', 'run.json'),
      JSON.stringify({ ...config, environment: { ...environment, command } }),
    );
    const { status, stderr } = await hm([
      'train',
      '--from',
      path('forged'),
      '--batch',
      '998',
      '--out',
      path('none'),
    ]);
    expect(status).toBe(1);
    if (own) expect(stderr).toContain('998');
    else
      expect(stderr).toContain(
        `expected options that hm train takes, got "${name}": ${JSON.stringify(value)}`,
      );
  });

  it('--from repeats a run to the bit, with what is typed in its place', async () => {
    const again = await hm(['train', '--from', path('run'), '--out', path('again')]);
    expect(again.status).toBe(0);
    expect(lastWeights('again').equals(lastWeights('run'))).toBe(true);
    const changed = await hm(['train', '--from', path('again'), '--batch', '998', '--out', path('changed')]);
    expect([changed.status, changed.stderr]).toEqual([
      1,
      expect.stringMatching(/one batch of 998 images, got 16/),
    ]);
  });

  it('hm export takes the average, and the best', async () => {
    const sizes = [];
    for (const [index, options] of [[], ['--ema'], ['--best', '--ema']].entries()) {
      const out = path(`${index}.onnx`);
      const { status, stdout } = await hm([
        'export',
        path('run'),
        '--no-fold',
        ...options,
        '--out',
        out,
        '--json',
      ]);
      expect(status).toBe(0);
      sizes.push(readFileSync(out).toString('base64'));
      if (options.includes('--best'))
        expect(JSON.parse(stdout).checkpoint).toBe(path('run', 'best.safetensors'));
    }
    expect(sizes[0]).not.toBe(sizes[1]);
  });

  it('fine-tunes what was trained, its first layers as they are', async () => {
    const sampler = ['--sampler', 'hard', '--per-identity', '4', '--neighbors', '1'];
    const options = [
      '--pretrained',
      path('0.onnx'),
      '--freeze',
      'backbone.stem.*',
      '--loss',
      'ce',
      '--momentum',
      '0.8',
      '--mixed-precision',
      ...sampler,
    ];
    const { status, stderr } = await hm(['train', ...small, ...recipe, ...options, '--out', path('tuned')]);
    expect(status, stderr).toBe(0);
    expect(runOf('tuned')).toMatchObject({
      recipe: {
        freeze: ['backbone.stem.*'],
        optimizer: { kind: 'sgd', momentum: 0.8 },
        sampler: { kind: 'hard', images: 4, neighbors: 1 },
        mixedPrecision: true,
      },
      pretrained: { sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
    });
  });

  it('a run.json without its options cannot be repeated', async () => {
    const { environment: _, ...rest } = runOf('run');
    writeFileSync(path('run.json'), JSON.stringify({ ...rest, environment: {} }));
    const { status, stderr } = await hm(['train', '--from', folder.path, '--out', path('other')]);
    expect([status, stderr]).toEqual([1, expect.stringContaining('none with its options in run.json')]);
  });

  it('--dashboard serves a page that shows what the run tells', async () => {
    const pages: Promise<string>[] = [];
    const options = ['--loss', 'ce', '--dashboard', '--out', path('shown')];
    const { status, stderr } = await hm(
      ['train', ...small, ...recipe, ...options, '--epochs', '2'],
      (printed) => {
        const url = /Live page: (http:\S+)/.exec(printed)?.[1];
        if (url !== undefined && pages.length === 0)
          pages.push(...['', 'events'].map((name) => fetch(url + name).then((response) => response.text())));
      },
    );
    expect([status, stderr]).toEqual([0, expect.stringMatching(/^Live page: http:\/\/127\.0\.0\.1:\d+\/$/m)]);
    const [page, events] = await Promise.all(pages);
    expect(() => new Function(/<script>([\s\S]*)<\/script>/.exec(page!)![1]!)).not.toThrow();
    expect(events).toMatch(/^data: \{"kind":"start"[\s\S]*"kind":"done"[\s\S]*event: end\ndata: \n\n$/);
  });
});
