import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hm, temporaryFolder, writeFaces, writePairs } from './testing.ts';

const folder = temporaryFolder();
const path = (...parts: string[]) => join(folder.path, ...parts);
afterAll(folder.dispose);

const lines = (text: string) =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));

const size = ['--image-size', '32'];
const small = [...size, '--batch', '8', '--recipe', 'quick', '--lr', '0.01', '--embedding-size', '16'];

describe('from faces to a score', () => {
  beforeAll(async () => {
    const names = await writeFaces(path('train'), { identities: 5, images: 4, size: 32 });
    writeFileSync(path('exclude.txt'), `${names.at(-1)}\n`);
    writePairs(
      path('pairs.txt'),
      await writeFaces(path('test'), { identities: 6, images: 2, size: 32, firstIdentity: 5 }),
    );
  });

  it('trains an epoch without the excluded identity', async () => {
    const options = ['--loss', 'hm-arcface', '--set', 'loss.scale=16', '--epochs', '1', '--out', path('run')];
    const data = ['--data', path('train'), '--exclude', path('exclude.txt')];
    const { status, stdout, stderr } = await hm(['train', ...data, ...options, ...small, '--json']);
    expect([status, stderr]).toEqual([0, '']);
    const events = lines(stdout);
    expect(events[0]).toMatchObject({ kind: 'start', images: 16, classes: 4, steps: 2 });
    expect(events.at(-1)).toMatchObject({ kind: 'done', step: 2 });
    expect(events.find(({ kind }) => kind === 'epoch').loss).toBeGreaterThan(0);
    const { head, backbone } = JSON.parse(readFileSync(path('run', 'run.json'), 'utf8'));
    expect(head).toMatchObject({ name: 'hard-mining', of: { name: 'arcface', scale: 16 } });
    expect(backbone.config).toMatchObject({ imageSize: [32, 32], embeddingSize: 16 });
  });

  it('does not train into a folder with a run, and says how to go on', async () => {
    const options = [
      '--loss',
      'ce',
      '--synthetic',
      '2',
      '--set',
      'synthetic.imagesPerIdentity=4',
      '--out',
      path('run'),
    ];
    const { status, stderr } = await hm(['train', ...options, ...small]);
    expect(status).toBe(1);
    expect(stderr).toMatch(/a folder without a run in it.*resume/);
  });

  it('exports the network', async () => {
    const { status, stdout, stderr } = await hm(['export', path('run'), '--json']);
    expect([status, stderr]).toEqual([0, '']);
    const report = JSON.parse(stdout);
    expect(report).toMatchObject({ path: path('run', 'model.onnx'), step: 2 });
    expect(readFileSync(report.path)).toHaveLength(report.bytes);
  });

  it('scores it by its own metadata', async () => {
    const { status, stdout, stderr } = await hm([
      'eval',
      path('run', 'model.onnx'),
      '--lfw',
      path('test'),
      '--json',
    ]);
    expect([status, stderr]).toEqual([0, '']);
    const result = JSON.parse(stdout);
    expect(result).toMatchObject({ model: 'model.onnx', pairs: 12, flip: 'off', official: false });
    expect(result.folds).toHaveLength(3);
    expect(result.accuracy).toBeGreaterThanOrEqual(0);
    expect(result.accuracy).toBeLessThanOrEqual(1);
  });

  it('scores it by a preprocessing that is typed: the same one gives the same score', async () => {
    const model = path('run', 'model.onnx');
    const pairs = ['--lfw', path('test'), '--pairs', path('pairs.txt'), '--flip', 'sum', '--json'];
    const typed = ['--size', '32', '--mean', '127.5', '--scale', '128', '--channels', 'rgb'];
    const [own, same] = [await hm(['eval', model, ...pairs]), await hm(['eval', model, ...pairs, ...typed])];
    expect(own.status).toBe(0);
    expect(JSON.parse(same.stdout)).toEqual(JSON.parse(own.stdout));
    const swapped = await hm(['eval', model, ...pairs, ...typed.slice(0, -1), 'bgr']);
    expect(JSON.parse(swapped.stdout).threshold).not.toBe(JSON.parse(own.stdout).threshold);
  });

  it('says for people what it found, and that it is not the official score', async () => {
    const { stdout } = await hm(['eval', path('run', 'model.onnx'), '--lfw', path('test')]);
    expect(stdout).toMatch(/^Accuracy +\d+\.\d\d % ± \d+\.\d\d % \(standard error\)$/m);
    expect(stdout).toContain('(not official)');
  });

  it('names the image that a pair lacks, unless such pairs are to be skipped', async () => {
    const text = readFileSync(path('pairs.txt'), 'utf8');
    writeFileSync(path('missing.txt'), text.replace('person-000005\t1\t2', 'person-000005\t1\t9'));
    const options = [
      'eval',
      path('run', 'model.onnx'),
      '--lfw',
      path('test'),
      '--pairs',
      path('missing.txt'),
    ];
    const { status, stderr } = await hm(options);
    expect(status).toBe(1);
    expect(stderr).toContain('person-000005_0009');
    const skipped = await hm([...options, '--skip-missing', '--json']);
    expect(JSON.parse(skipped.stdout)).toMatchObject({ pairs: 11, official: false });
    expect(skipped.stdout).toContain('not the official one');
  });
});

describe('a run that ends early', () => {
  const options = ['--synthetic', '2', '--set', 'synthetic.imagesPerIdentity=8', '--loss', 'ce', ...small];

  it('Ctrl-C finishes the step and writes a checkpoint, from which --resume goes on', async () => {
    const run = ['train', ...options, '--epochs', '200', '--out', path('stopped')];
    let interrupted = false;
    const { status, stdout, stderr } = await hm(run, (printed, kill) => {
      if (!interrupted && /epoch 2\/200/.test(printed)) {
        interrupted = true;
        kill('SIGINT');
      }
    });
    expect(status).toBe(130);
    expect(stderr).toContain('Finishing the step');
    const step = Number(/Stopped after step (\d+) of 400/.exec(stdout)?.[1]);
    expect(
      existsSync(path('stopped', 'checkpoints', `step-${String(step).padStart(8, '0')}.safetensors`)),
    ).toBe(true);

    let begun = '';
    const resumed = await hm([...run, '--resume'], (printed, kill) => {
      if (begun === '' && printed.includes('steps done')) {
        begun = printed;
        kill('SIGINT');
      }
    });
    expect(begun).toContain(`${step} of 400 steps done`);
    expect(resumed.status).toBe(130);
  });

  it('a second Ctrl-C ends the process at once', async () => {
    const run = ['train', ...options, '--epochs', '200', '--out', path('killed')];
    let kills = 0;
    const { status, stdout } = await hm(run, (printed, kill) => {
      if (kills === 0 && printed.includes('epoch 1/200')) {
        kills = 1;
        kill('SIGINT');
      } else if (kills === 1 && printed.includes('Finishing the step')) {
        kills = 2;
        kill('SIGINT');
      }
    });
    expect(status).toBe(130);
    expect(kills).toBe(2);
    expect(stdout).not.toContain('Trained');
  });

  it('a loss that is not finite stops with the step, and the last good checkpoint stays', async () => {
    const diverging = ['--lr', '1e20', '--epochs', '20', '--out', path('diverged')];
    const { status, stderr } = await hm(['train', ...options, ...diverging]);
    expect(status).toBe(1);
    expect(stderr).toMatch(
      /train, step \d+: expected finite numbers, got loss .*Fix: Lower the learning rate/,
    );
  });
});
