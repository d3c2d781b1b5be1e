import util from 'node:util';

const functions = util as { isNullOrUndefined?: (value: unknown) => boolean };

/**
 * Lends Node's `util` the function `isNullOrUndefined` while `work` runs: Node 23 removed it, and the kernels of tfjs-node
 * 4.22 call it. As `work` may not wait, no other code ever sees it.
 */
export function withLegacyUtil<T>(work: () => T): T {
  if (functions.isNullOrUndefined !== undefined) return work();
  functions.isNullOrUndefined = (value) => value === null || value === undefined;
  try {
    return work();
  } finally {
    delete functions.isNullOrUndefined;
  }
}
