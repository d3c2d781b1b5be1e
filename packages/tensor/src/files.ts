export { type Lock, lockFile, lockFolder } from './files/lock.ts';
export { isPartial, partialPath, removeLeftovers } from './files/partial.ts';
export { notWritable, SafeFile, writeFileSafely } from './files/write-file-safely.ts';
