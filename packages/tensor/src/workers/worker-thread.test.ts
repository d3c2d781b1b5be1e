import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { HmError, InvalidDataError } from '../errors.ts';
import { serveRequests } from './serve-requests.ts';
import { builtWorker, WorkerThread } from './worker-thread.ts';

/** Answers numbers by their doubles, the larger the later, and words by what they ask for. */
const SOURCE = `
import { writeFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { workerData } from 'node:worker_threads';
import { HmError, InvalidDataError } from '${pathToFileURL(join(import.meta.dirname, '../../dist/host.js'))}';
import { serveRequests } from '${pathToFileURL(join(import.meta.dirname, '../../dist/workers.js'))}';

const details = { where: 'a.jpg', expected: 'an image', received: 'a text', fix: 'Replace it.', fields: { at: 3 } };
const words = {
  bad: () => { throw new InvalidDataError(details); },
  odd: () => { throw new HmError('odd', details); },
  fault: () => { throw new TypeError('no such member'); },
  end: () => process.exit(3),
  unsendable: () => () => 1,
};
serveRequests(
  async (request) => {
    if (typeof request === 'string') return words[request]();
    if (request instanceof Uint8Array) return request.length;
    await setTimeout(20 * request);
    return 2 * request;
  },
  async () => {
    await setTimeout(200);
    writeFileSync(workerData, 'released');
  },
);
`;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'hm-workers-'));
  writeFileSync(join(folder, 'worker.mjs'), SOURCE);
});
afterAll(() => rmSync(folder, { recursive: true }));

const start = () =>
  new WorkerThread<number | string | Uint8Array, number>(pathToFileURL(join(folder, 'worker.mjs')), {
    where: 'findAll',
    fix: 'Run again.',
    data: join(folder, 'released.txt'),
    pathOf: (request) => `${request}.jpg`,
  });

describe('a worker thread', () => {
  test('answers several requests at a time, and what was asked before it is closed', async () => {
    const thread = start();
    const order: number[] = [];
    const asked = [9, 1, 5].map((number) => thread.ask(number).then((answer) => order.push(answer)));
    expect(thread.load).toBe(3);
    await thread.close();
    await Promise.all(asked);
    expect(order).toEqual([2, 10, 18]);
    expect(readFileSync(join(folder, 'released.txt'), 'utf8')).toBe('released');
    expect(thread.load).toBe(0);
    await expect(thread.ask(1)).rejects.toThrow('findAll: expected every worker thread to keep running');
  });

  test('takes memory over', async () => {
    const thread = start();
    const bytes = new Uint8Array(5);
    const asked = thread.ask(bytes, [bytes.buffer]);
    expect(bytes.byteLength).toBe(0);
    expect(await asked).toBe(5);
    await thread.close();
  });

  test('rejects by the error that answering threw, in its class and with its facts', async () => {
    const thread = start();
    const message = 'a.jpg: expected an image, got a text. Fix: Replace it.';
    const facts = { message, where: 'a.jpg', fix: 'Replace it.', fields: { at: 3 } };
    const bad = await thread.ask('bad').catch((error: unknown) => error);
    expect(bad).toBeInstanceOf(InvalidDataError);
    expect(bad).toMatchObject({ ...facts, code: 'invalid-data' });
    const odd = await thread.ask('odd').catch((error: unknown) => error);
    expect(odd).toBeInstanceOf(HmError);
    expect(odd).toMatchObject({ ...facts, code: 'odd' });
    expect(await thread.ask(1)).toBe(2);
    await thread.close();
  });

  test('says at which file a fault came', async () => {
    const thread = start();
    await expect(thread.ask('fault')).rejects.toMatchObject({
      code: 'unavailable',
      message:
        'findAll: expected every worker thread to keep running, got no such member, at fault.jpg. Fix: Run again.',
      fields: { path: 'fault.jpg' },
    });
    await thread.close();
  });

  test('says what cannot be sent', async () => {
    const thread = start();
    await expect(thread.ask('unsendable')).rejects.toThrow(/could not be cloned/);
    expect(await thread.ask(1)).toBe(2);
    await thread.close();
  });

  test('that is closed while it works keeps the program until it has ended', () => {
    const program = `
import { WorkerThread } from '${pathToFileURL(join(import.meta.dirname, '../../dist/workers.js'))}';
const data = '${join(folder, 'by-program.txt')}';
const thread = new WorkerThread(new URL('${pathToFileURL(join(folder, 'worker.mjs'))}'), { where: 'a', fix: 'b', data });
thread.ask(1);
await thread.close();
console.log('ended');
`;
    const { status, stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', program]);
    expect([status, stdout.toString()]).toEqual([0, 'ended\n']);
    expect(readFileSync(join(folder, 'by-program.txt'), 'utf8')).toBe('released');
  });

  test('that is lost rejects what waits and what comes, and can be closed', async () => {
    const thread = start();
    const waiting = [thread.ask(50), thread.ask('end')];
    for (const asked of waiting) await expect(asked).rejects.toThrow('it ended with code 3');
    await expect(thread.ask(1)).rejects.toThrow('it ended with code 3');
    await thread.close();
  });
});

test('a worker lies beside its user, and in the build for a source', () => {
  const at = (user: string) => builtWorker(user, './find-worker').href;
  expect(at('file:///src/p/dist/faces/finder.js')).toBe('file:///src/p/dist/faces/find-worker.js');
  expect(at('file:///src/p/src/faces/finder.ts')).toBe('file:///src/p/dist/faces/find-worker.js');
});

test('the main thread serves nobody', () => {
  const nothing = async () => undefined;
  expect(() => serveRequests(nothing, nothing)).toThrow(/a worker thread, got the main thread/);
});

test('options that are unknown are refused before a thread is started', () => {
  const file = pathToFileURL(join(folder, 'worker.mjs'));
  const options = { where: 'findAll', fix: 'Run again.', dat: 1 };
  expect(() => new WorkerThread(file, options)).toThrow(/`data`/);
});
