/** Storage of a gallery: a file, or a page's database. */
export interface GalleryStore {
  /** Name for messages. */
  readonly name: string;
  /** Version of the content, which changes whenever the content does; undefined if there is none. */
  version(): Promise<string | undefined>;
  read(): Promise<Uint8Array>;
  /** Replaces the content atomically. */
  write(bytes: Uint8Array): Promise<void>;
  /** Runs a task while nobody else writes. @throws {UnavailableError} if another writer does not finish in time. */
  alone<T>(task: () => Promise<T>): Promise<T>;
}
