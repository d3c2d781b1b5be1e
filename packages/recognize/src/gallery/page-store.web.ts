import { UnavailableError } from '@hm/tensor/host';
import type { GalleryStore } from './gallery-store.ts';

const DATABASE = 'hm-recognize';
const TABLE = 'galleries';

/** Stores a gallery by name in the page's own database (IndexedDB); one tab writes at a time. */
export const pageStore = (name: string): GalleryStore => ({
  name,
  version: async () => (await inTable<Entry>('readonly', (table) => table.get(name)))?.version,
  read: async () => (await inTable<Entry>('readonly', (table) => table.get(name)))!.bytes,
  async write(bytes) {
    const entry: Entry = { bytes, version: crypto.randomUUID() };
    await inTable('readwrite', (table) => table.put(entry, name));
  },
  alone: (task) => page.navigator.locks.request(`${DATABASE} ${name}`, task),
});

interface Entry {
  bytes: Uint8Array;
  version: string;
}

/** Runs one request. What it wrote is durable once this resolves. */
async function inTable<T>(
  mode: 'readonly' | 'readwrite',
  ask: (table: Table) => Request<T | undefined>,
): Promise<T | undefined> {
  const opening = page.indexedDB.open(DATABASE, 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore(TABLE);
  const database = await settled(opening);
  try {
    const transaction = database.transaction(TABLE, mode);
    const result = await settled(ask(transaction.objectStore(TABLE)));
    await new Promise<void>((resolve, reject) => {
      transaction.oncomplete = () => resolve();
      transaction.onabort = () => reject(full(transaction.error));
    });
    return result;
  } finally {
    database.close();
  }
}

const settled = <T>(request: Request<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(full(request.error));
  });

const full = (cause: unknown) =>
  new UnavailableError({
    where: 'openGallery',
    expected: "room in the browser's storage for this page",
    received: cause instanceof Error ? cause.message : String(cause),
    fix: 'Leave private browsing, or make room; the gallery is what it was.',
    cause,
  });

/** The browser API that is used here: the package is compiled without the types of browsers. */
interface Request<T> {
  result: T;
  error: unknown;
  onsuccess: () => void;
  onerror: () => void;
}
interface Table {
  get(key: string): Request<Entry | undefined> & Request<never>;
  put(value: Entry, key: string): Request<never>;
}
interface Database {
  createObjectStore(name: string): void;
  transaction(name: string, mode: string): Transaction;
  close(): void;
}
interface Transaction {
  objectStore(name: string): Table;
  error: unknown;
  oncomplete: () => void;
  onabort: () => void;
}
const page = globalThis as unknown as {
  indexedDB: { open(name: string, version: number): Request<Database> & { onupgradeneeded: () => void } };
  navigator: { locks: { request<T>(name: string, task: () => Promise<T>): Promise<T> } };
};
