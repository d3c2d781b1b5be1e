/** Where a gallery is kept: a file, or a page's database. */
export interface GalleryStore {
  /** For messages. */
  readonly name: string;
  /** Changes whenever the content does; undefined while there is none. */
  version(): Promise<string | undefined>;
  read(): Promise<Uint8Array>;
  /** Replaces the content, as a whole or not at all. */
  write(bytes: Uint8Array): Promise<void>;
  /** Runs a task while nobody else writes. @throws {UnavailableError} if another writes for long. */
  alone<T>(task: () => Promise<T>): Promise<T>;
}
