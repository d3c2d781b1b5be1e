export { type Lock, lockFile, lockFolder } from './files/lock.ts';
export { isPartial, partialPath, removeLeftovers } from './files/partial.ts';
export { readRegularFile, readRegularText, readTextIfThere, regularFileSize } from './files/regular-file.ts';
export { notWritable, SafeFile, type SafeFileOptions, writeFileSafely } from './files/write-file-safely.ts';
