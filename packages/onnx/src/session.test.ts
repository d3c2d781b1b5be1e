import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type HostTensor,
  hostTensor,
  hostZeros,
  InvalidArgumentError,
  InvalidDataError,
  UnavailableError,
} from '@hm/tensor/host';
import { afterAll, describe, expect, it } from 'vitest';
import { sharedData } from '../../../tools/test-data.ts';
import { Graph } from './graph.ts';
import { identityModel } from './identity-model.ts';
import { createSession, describeProviders, type Provider } from './session.ts';

const folder = mkdtempSync(join(tmpdir(), 'hm-session-'));
afterAll(() => rmSync(folder, { recursive: true }));

const vector = (...values: number[]) => hostTensor('float32', [values.length], Float32Array.from(values));

/** `y = x · scale`, with a symbolic batch. */
function scaling(): Uint8Array {
  const graph = new Graph();
  graph.publish(graph.add('Mul', ['x', 'scale']), 'y');
  const rows = { name: 'x', dtype: 'float32' as const, shape: ['N', 2] };
  return graph.encode([rows, { name: 'scale', dtype: 'float32', shape: [2] }], [{ ...rows, name: 'y' }]);
}

const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error: unknown) => error as Error,
  );

describe('a session', () => {
  it('runs from bytes and from a file, and tells what it takes', async () => {
    const path = join(folder, 'identity.onnx');
    writeFileSync(path, identityModel());
    for (const source of [identityModel(), path]) {
      const session = await createSession(source, { threads: 1 });
      expect(session.provider).toBe('cpu');
      expect(session.inputs).toEqual([{ name: 'x', dtype: 'float32', shape: [1] }]);
      expect(session.outputs).toEqual([{ name: 'y', dtype: 'float32', shape: [1] }]);
      expect(await session.run({ x: vector(3) })).toEqual({ y: vector(3) });
      await session.release();
    }
  });

  it('takes any size of a symbolic dimension', async () => {
    const session = await createSession(scaling(), { threads: 1 });
    expect(session.inputs[0]!.shape).toEqual(['N', 2]);
    for (const rows of [0, 1, 3]) {
      const x = hostTensor('float32', [rows, 2], new Float32Array(rows * 2).fill(2));
      const { y } = await session.run({ x, scale: vector(1, 3) });
      expect(y!.shape).toEqual([rows, 2]);
      expect([...y!.data]).toEqual(Array.from({ length: rows }, () => [2, 6]).flat());
    }
    await session.release();
  });

  it('writes into memory that is given', async () => {
    const session = await createSession(scaling(), { threads: 1 });
    const target = hostZeros('float32', [1, 2]);
    await session.run(
      { x: hostTensor('float32', [1, 2], Float32Array.of(2, 3)), scale: vector(1, 3) },
      { y: target },
    );
    expect([...target.data]).toEqual([2, 9]);
    await session.release();
  });

  const x = hostZeros('float32', [1, 2]);
  const scale = vector(1, 2);
  it.each<[string, Record<string, HostTensor>, string]>([
    ['a missing input', { x }, '"scale" of float32 [2]'],
    ['no input', {}, 'an empty record'],
    ['an unknown input', { x, scale, X: x }, '"X"'],
    ['another dtype', { x: hostZeros('int32', [1, 2]), scale }, 'int32 [1, 2]'],
    ['another size', { x: hostZeros('float32', [1, 3]), scale }, 'float32 [1, 3]'],
    ['another rank', { x: hostZeros('float32', [2]), scale }, 'float32 [2]'],
  ])('refuses %s', async (_, feeds, message) => {
    const session = await createSession(scaling(), { threads: 1 });
    const error = await failure(session.run(feeds));
    await session.release();
    expect(error).toBeInstanceOf(InvalidArgumentError);
    expect(error!.message).toContain(message);
  });

  it('does not run after its release, which may be repeated', async () => {
    const session = await createSession(identityModel(), { threads: 1 });
    await session.release();
    await session.release();
    expect(await failure(session.run({ x: vector(1) }))).toBeInstanceOf(InvalidArgumentError);
  });

  it('writes a profile', async () => {
    const session = await createSession(identityModel(), { threads: 1, profile: join(folder, 'profile') });
    await session.run({ x: vector(1) });
    await session.release();
    const { readdirSync } = await import('node:fs');
    const name = readdirSync(folder).find((file) => file.startsWith('profile'));
    expect(readFileSync(join(folder, name!), 'utf8')).toContain('Identity');
  });
});

describe('a model that cannot be loaded', () => {
  it('is InvalidDataError for a missing file, which is named', async () => {
    const error = await failure(createSession(join(folder, 'no-such.onnx')));
    expect(error).toBeInstanceOf(InvalidDataError);
    expect(error).toMatchObject({ fields: { path: join(folder, 'no-such.onnx') } });
  });

  it.each([
    ['no bytes', new Uint8Array()],
    ['a text', new TextEncoder().encode('# not a model')],
    ['a cut file', identityModel().subarray(0, 40)],
  ])('is InvalidDataError for %s', async (_, bytes) => {
    expect(await failure(createSession(bytes))).toBeInstanceOf(InvalidDataError);
  });

  it('is InvalidDataError for an operator that there is not', async () => {
    const graph = new Graph();
    graph.publish(graph.add('NoSuchOperator', ['x']), 'y');
    const value = { dtype: 'float32' as const, shape: [1] };
    const bytes = graph.encode([{ name: 'x', ...value }], [{ name: 'y', ...value }]);
    const error = await failure(createSession(bytes));
    expect(error).toBeInstanceOf(InvalidDataError);
    expect(error!.message).toContain('NoSuchOperator');
  });

  const data = sharedData();
  it.skipIf(data === undefined)('is InvalidDataError for a real network cut at any place', async () => {
    const whole = readFileSync(join(data!, 'models', 'mobilefacenet.onnx'));
    for (const part of [0.01, 0.5, 0.999]) {
      const cut = new Uint8Array(whole.subarray(0, Math.floor(whole.length * part)));
      expect(await failure(createSession(cut))).toBeInstanceOf(InvalidDataError);
    }
  });
});

describe('providers', () => {
  it('are reported as they are: what is usable runs, what is not says why and fails as UnavailableError', async () => {
    const reports = await describeProviders();
    expect(reports.map(({ provider }) => provider)).toEqual(['cpu', 'webgpu', 'cuda', 'coreml', 'dml']);
    expect(reports[0]).toEqual({ provider: 'cpu', usable: true, reason: 'a model ran on it', fix: '' });
    for (const { provider, usable, reason, fix } of reports) {
      expect(reason).not.toBe('');
      expect(fix === '').toBe(usable);
      const error = await failure(
        createSession(identityModel(), { provider }).then((session) => session.release()),
      );
      if (usable) expect(error).toBeUndefined();
      else expect(error).toBeInstanceOf(UnavailableError);
    }
  });

  it.skipIf(process.platform !== 'linux')('of other systems are unavailable on Linux', async () => {
    for (const provider of ['coreml', 'dml'] as const) {
      const error = await failure(createSession(identityModel(), { provider }));
      expect(error).toBeInstanceOf(UnavailableError);
      expect(error).toMatchObject({ fields: { provider } });
    }
  });

  it.each(['gpu', 'tensorrt', ''])('that there are not are refused: "%s"', async (provider) => {
    const error = await failure(createSession(identityModel(), { provider: provider as Provider }));
    expect(error).toBeInstanceOf(UnavailableError);
    expect(error!.message).toContain('webgpu');
  });
});
