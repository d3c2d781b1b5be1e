import { UnavailableError } from '@hm/tensor';
import type { TfjsBackend } from '../engine.ts';
import { startBackend } from '../tfjs/start-backend.ts';

/** Returns why a backend cannot be used here; undefined if it can. For tests. */
export async function reasonAgainst(backend: TfjsBackend): Promise<string | undefined> {
  try {
    await startBackend(backend);
    return undefined;
  } catch (error) {
    if (!(error instanceof UnavailableError)) throw error;
    const built = backend === 'tensorflow' ? '; node tools/tfjs-node/build.mjs builds one' : '';
    return error.message + built;
  }
}
