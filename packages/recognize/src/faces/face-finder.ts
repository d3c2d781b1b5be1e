import type { FoundFaces } from './find-faces.ts';
import type { Photograph } from './photograph.ts';

/** Finds faces; the networks that it needs are loaded at the first photograph and kept. */
export interface FaceFinder {
  /** @throws {InvalidDataError} if the photograph cannot be decoded; `fields.reason` says why. */
  find(photograph: Photograph, name: string): Promise<FoundFaces>;
  /** Readies threads for so many photographs, if that is worth their start. How many to give at a time. */
  expect(photographs: number): number;
  release(): Promise<void>;
}
