import { InvalidArgumentError } from './errors.ts';

/**
 * Bytes that every library takes: a `Uint8Array` of this realm over memory of its own. What comes from another `vm`
 * context or lies in shared memory is copied, anything else that holds bytes is looked at as such.
 *
 * @throws {InvalidArgumentError} if it holds no bytes, or no longer does, as after a transfer.
 */
export function plainBytes(where: string, value: unknown): Uint8Array<ArrayBuffer> {
  if (value instanceof Uint8Array && value.buffer instanceof ArrayBuffer && !isDetached(value.buffer))
    return value as Uint8Array<ArrayBuffer>;
  if (ArrayBuffer.isView(value) && !isDetached(value.buffer))
    return Uint8Array.from(new Uint8Array(value.buffer, value.byteOffset, value.byteLength));
  if (isBuffer(value) && !isDetached(value)) return Uint8Array.from(new Uint8Array(value));
  throw new InvalidArgumentError({
    where,
    expected: 'bytes as a Uint8Array',
    received: ArrayBuffer.isView(value) || isBuffer(value) ? 'memory that was given away' : typeof value,
    fix: 'Pass a Uint8Array, such as what readFile gives.',
  });
}

/** Of any realm. */
const isBuffer = (value: unknown): value is ArrayBuffer =>
  ['[object ArrayBuffer]', '[object SharedArrayBuffer]'].includes(Object.prototype.toString.call(value));

/** Memory that was transferred has no bytes any more, and no view can be made of it. */
function isDetached(buffer: ArrayBufferLike): boolean {
  try {
    new Uint8Array(buffer);
    return false;
  } catch {
    return true;
  }
}
