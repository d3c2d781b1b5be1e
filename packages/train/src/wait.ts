import { UnavailableError } from '@hm/tensor';

/** What ends a wait early. */
export interface Patience {
  /** Signal that ends the wait without a result. */
  signal: AbortSignal | undefined;
  /** Longest wait; no limit if undefined. */
  seconds: number | undefined;
  /** Name of the option that sets the limit, for the error. */
  option: string;
  /** Description of what is waited for, for the error. */
  what: string;
}

/** Waits for a result; undefined if the signal is raised first. @throws {UnavailableError} after the longest wait. */
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
