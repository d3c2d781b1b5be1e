import { InvalidArgumentError } from './errors.ts';

/**
 * Returns bytes that every library accepts: a `Uint8Array` of this realm over memory that is not shared. Bytes from
 * another `vm` context, in shared memory or in any other kind of view or buffer are copied.
 *
 * @throws {InvalidArgumentError} if it holds no bytes, or no longer does, for example after a transfer.
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

/** Recognises buffers of any realm. */
const isBuffer = (value: unknown): value is ArrayBuffer =>
  ['[object ArrayBuffer]', '[object SharedArrayBuffer]'].includes(Object.prototype.toString.call(value));

/** Transferred memory has no bytes any more, and no view of it can be created. */
function isDetached(buffer: ArrayBufferLike): boolean {
  try {
    new Uint8Array(buffer);
    return false;
  } catch {
    return true;
  }
}
