import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { plainBytes } from './plain-bytes.ts';

test('bytes are passed on without a copy', () => {
  for (const bytes of [Uint8Array.of(1, 2), Buffer.from([1, 2])]) expect(plainBytes('a', bytes)).toBe(bytes);
});

test('of another realm, shared, or in another array: a copy', () => {
  const sharedMemory = new Uint8Array(new SharedArrayBuffer(2));
  sharedMemory.set([1, 2]);
  for (const value of [
    runInNewContext('Uint8Array.of(1, 2)'),
    runInNewContext('Uint8Array.of(1, 2).buffer'),
    sharedMemory,
    sharedMemory.buffer,
    Uint8Array.of(1, 2).buffer,
    new Uint16Array([0x0201]),
  ]) {
    const bytes = plainBytes('a', value);
    expect(bytes).toEqual(Uint8Array.of(1, 2));
    expect(bytes instanceof Uint8Array && bytes.buffer instanceof ArrayBuffer).toBe(true);
  }
});

test('what holds none is refused', () => {
  const given = Uint8Array.of(1);
  structuredClone(given, { transfer: [given.buffer] });
  for (const value of [given, [1, 2], 'a', undefined, null, {}])
    expect(() => plainBytes('a', value)).toThrow(/a: expected bytes as a Uint8Array/);
});
