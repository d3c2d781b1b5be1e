import { UnavailableError } from '@hm/tensor';

/** What ends a wait before what is waited for is there. */
export interface Patience {
  /** Raised: the wait is over, with nothing. */
  signal: AbortSignal | undefined;
  /** The longest wait; none if undefined. */
  seconds: number | undefined;
  /** The option that says so, for the error. */
  option: string;
  /** What is waited for. */
  what: string;
}

/** Waits for a result; undefined if the signal was raised before. @throws {UnavailableError} after the longest wait. */
export async function waitFor<T>(result: Promise<T>, patience: Patience): Promise<T | undefined> {
  const { signal, seconds } = patience;
  result.catch(() => undefined);
  if (signal?.aborted) return undefined;
  let end: () => void = () => {};
  let timer: ReturnType<typeof setTimeout> | undefined;
  const over = new Promise<undefined>((resolve, reject) => {
    end = () => resolve(undefined);
    signal?.addEventListener('abort', end, { once: true });
    if (seconds !== undefined) timer = setTimeout(() => reject(tooLong(patience)), seconds * 1000);
  });
  try {
    return await Promise.race([result, over]);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', end);
  }
}

const tooLong = ({ seconds, option, what }: Patience) =>
  new UnavailableError({
    where: 'train',
    expected: what,
    received: `nothing for ${seconds} seconds`,
    fix: `Look whether the disk or the network drive answers, or raise ${option}.`,
    fields: { seconds, option },
  });
