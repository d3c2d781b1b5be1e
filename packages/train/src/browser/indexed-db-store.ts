/// <reference lib="dom" />
import { checkArguments, checkOptions } from '@hm/tensor';
import { InvalidDataError } from '@hm/tensor/host';
import { decodeCheckpoint, encodeCheckpoint } from '../run-folder/checkpoint.ts';
import type { PageStore } from './page-store.ts';

/** Options of {@link indexedDbStore}. */
export interface IndexedDbStoreOptions {
  /** Name of the database. Default `hm-train`. */
  database?: string | undefined;
  /** Number of checkpoints to keep. Default 2. */
  keep?: number | undefined;
}

/**
 * Returns a store that keeps a run's checkpoints in IndexedDB, under the run's name. Each has the format of Node's
 * runs: with its bytes saved as `checkpoints/step-….safetensors`, Node can resume and export the run.
 *
 * @example
 * const store = indexedDbStore('friends');
 */
export function indexedDbStore(run: string, options: IndexedDbStoreOptions = {}): PageStore {
  const { database = 'hm-train', keep = 2 } = checkOptions('indexedDbStore', options, {
    ...{ database: 'string', keep: 'number' },
  });
  checkArguments('indexedDbStore', { run }, { run: 'string' });
  const pathOf = (step: IDBValidKey) => `${run}, step ${step}`;
  const steps = IDBKeyRange.bound([run, 'step'], [run, 'step', []]);

  /** Runs requests in one transaction, which is applied as a whole or not at all. */
  async function transact<T>(
    mode: IDBTransactionMode,
    work: (table: IDBObjectStore) => Promise<T>,
  ): Promise<T> {
    const opened = await open(database);
    try {
      const transaction = opened.transaction(TABLE, mode);
      const over = new Promise<void>((resolve, reject) => {
        transaction.oncomplete = () => resolve();
        transaction.onabort = () => reject(transaction.error);
      });
      const [result] = await Promise.all([work(transaction.objectStore(TABLE)), over]);
      return result;
    } finally {
      opened.close();
    }
  }
  const bytesAt = (key: IDBValidKey) =>
    transact('readonly', (table) => answer<Uint8Array | undefined>(table.get(key)));
  const keys = () => transact('readonly', async (table) => (await answer(table.getAllKeys(steps))).reverse());

  return {
    name: `${database} ${run}`,
    async save(checkpoint) {
      const bytes = await encodeCheckpoint(checkpoint);
      const { step } = checkpoint.progress;
      await transact('readwrite', async (table) => {
        table.put(bytes, [run, 'step', step]);
        const written = await answer(table.getAllKeys(steps));
        for (const old of written.reverse().slice(keep)) table.delete(old);
      });
      return { path: pathOf(step), bytes: bytes.length };
    },
    async saveBest(checkpoint) {
      const bytes = await encodeCheckpoint(checkpoint);
      await transact('readwrite', async (table) => table.put(bytes, [run, 'best']));
    },
    async newest() {
      const damaged: { path: string; reason: string }[] = [];
      for (const key of await keys()) {
        const path = pathOf((key as IDBValidKey[])[2]!);
        try {
          return { checkpoint: await decodeCheckpoint((await bytesAt(key))!, path), path, damaged };
        } catch (error) {
          if (!(error instanceof InvalidDataError)) throw error;
          damaged.push({ path, reason: String(error.fields.reason ?? error.message) });
        }
      }
      return { checkpoint: undefined, path: undefined, damaged };
    },
    async bytes(which = 'newest') {
      const key = which === 'best' ? [run, 'best'] : (await keys())[0];
      return key === undefined ? undefined : bytesAt(key);
    },
    async remove() {
      await transact('readwrite', async (table) => {
        table.delete(steps);
        table.delete([run, 'best']);
      });
    },
  };
}

const TABLE = 'checkpoints';

function open(name: string): Promise<IDBDatabase> {
  const request = indexedDB.open(name, 1);
  request.onupgradeneeded = () => request.result.createObjectStore(TABLE);
  return answer(request);
}

const answer = <T>(request: IDBRequest<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
