import { checkArguments } from '@hm/tensor/host';

/**
 * Runs `task` on up to `width` items at a time and yields the results in the order of the items. An error is thrown
 * when its item's turn comes. Then nothing new is started, and tasks in progress are awaited.
 */
export async function* inOrder<T, R>(
  items: Iterable<T>,
  width: number,
  task: (item: T) => Promise<R>,
): AsyncGenerator<R> {
  checkArguments('inOrder', { width, task }, { width: 'number', task: 'function' });
  const pending: Promise<R>[] = [];
  try {
    for (const item of items) {
      const result = task(item);
      // A later failure must not count as unhandled while an earlier result is awaited.
      result.catch(() => undefined);
      pending.push(result);
      if (pending.length >= width) yield await pending.shift()!;
    }
    while (pending.length > 0) yield await pending.shift()!;
  } finally {
    await Promise.allSettled(pending);
  }
}
