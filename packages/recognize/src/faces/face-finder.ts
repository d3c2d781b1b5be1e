import type { FoundFaces } from './find-faces.ts';
import type { Photograph } from './photograph.ts';

/** Finds faces. The networks that it needs are loaded with the first photograph and kept. */
export interface FaceFinder {
  /** Finds the faces of a photograph. @throws {InvalidDataError} if it cannot be decoded; `fields.reason` says why. */
  find(photograph: Photograph, name: string): Promise<FoundFaces>;
  /**
   * Prepares threads for this many photographs, if starting them is worth it. Returns how many photographs to process
   * at a time.
   */
  expect(photographs: number): number;
  release(): Promise<void>;
}
