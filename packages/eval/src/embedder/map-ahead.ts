/**
 * Maps a list in order while at most `ahead` results are under way or waiting: decoding goes on in libuv's
 * threads while the caller computes. After a failure nothing new is started, and what was started is awaited.
 */
export async function* mapAhead<T, R>(
  items: readonly T[],
  ahead: number,
  map: (item: T, index: number) => Promise<R>,
): AsyncGenerator<R, void, undefined> {
  const queue: Promise<R>[] = [];
  const start = (index: number) => {
    const result = map(items[index]!, index);
    // A later failure must not count as unhandled while an earlier result is awaited.
    result.catch(() => {});
    queue.push(result);
  };
  try {
    for (let next = 0; next < items.length || queue.length > 0; ) {
      while (next < items.length && queue.length < ahead) start(next++);
      yield await queue.shift()!;
    }
  } finally {
    await Promise.allSettled(queue);
  }
}
