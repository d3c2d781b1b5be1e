import { chooseFace, type FacePreference } from '@hm/align/browser';
import type { Preprocessing } from '@hm/datasets/preprocessing';
import type { Embedder, Flip, ModelCalibration } from '@hm/eval/browser';
import { inOrder } from '@hm/images/browser';
import { checkOptions, HmError, type HostTensor, hostTensor, InvalidDataError } from '@hm/tensor/host';
import type { FaceFinder } from './faces/face-finder.ts';
import type { FoundFace, FoundFaces } from './faces/find-faces.ts';
import { assertPhotograph, assertPhotographs, nameOf, type Photograph } from './faces/photograph.ts';
import type { FaceQuality } from './faces/quality.ts';
import { judge, type Subject, type Verdict, type VerdictOptions } from './verdict.ts';

/** A face with its embedding. */
export interface RecognizedFace extends Omit<FoundFace, 'aligned' | 'quality'> {
  quality: FaceQuality;
  /** Embedding of the face, to be compared by direction. */
  embedding: Float32Array;
}

/** A photograph without a usable face. */
export interface MissingFace {
  path: string;
  reason: string;
}

/** Embeddings of photographs by name, `[N, D]`, and the photographs without one. */
export interface EmbeddedPhotographs {
  ids: string[];
  embeddings: HostTensor<'float32'>;
  /** Number of faces in each photograph. If there were several, the subject was chosen by `prefer`. */
  faces: number[];
  missing: MissingFace[];
}

/** Finds, aligns and embeds the faces in photographs. */
export interface Recognizer {
  /** The network's name. */
  readonly name: string;
  /** Identifies what templates belong to: the network's SHA-256, and how the mirrored image is used. */
  readonly fingerprint: string;
  readonly embeddingSize: number;
  readonly preprocessing: Preprocessing;
  /** License stated in the network's file; null if there is none. */
  readonly license: string | null;
  /** Calibration of the network's similarities; undefined if it has not been measured. */
  readonly calibration: ModelCalibration | undefined;
  /**
   * Decides whether two photographs show one person. If there are several faces the largest counts; `faces` in the
   * result's `first` and `second` is their number.
   *
   * @throws {InvalidDataError} if a photograph has no face or cannot be decoded.
   * @throws {InvalidArgumentError} if there is no threshold.
   */
  verify(first: Photograph, second: Photograph, options?: VerdictOptions): Promise<Verdict>;
  /**
   * Returns every face in a photograph, best first, or an empty list.
   *
   * @throws {InvalidDataError} if it cannot be decoded.
   */
  faces(photograph: Photograph): Promise<RecognizedFace[]>;
  /** Yields the faces of each of many photographs, in order, while the next ones are prepared in other threads. */
  facesOf(photographs: readonly Photograph[]): AsyncGenerator<FacesOfPhotograph>;
  /**
   * Embeds the subject of each photograph, while the next ones are prepared in other threads. Photographs without a
   * face, and those that cannot be decoded, are in `missing`.
   */
  embed(photographs: readonly Photograph[], options?: EmbedPhotographsOptions): Promise<EmbeddedPhotographs>;
  /** Frees the networks and stops the threads. */
  release(): Promise<void>;
}

/** Faces of one of many photographs. */
export interface FacesOfPhotograph {
  name: string;
  /** Index in the list. */
  index: number;
  faces: RecognizedFace[];
  /** Reason why there are no faces; null if there are some. */
  reason: string | null;
}

/** Options of {@link Recognizer.embed}. */
export interface EmbedPhotographsOptions {
  /** Called as photographs are embedded, with the number that are done. */
  onProgress?: ((done: number, total: number) => void) | undefined;
}

/** Parts of a recognizer. */
export interface Parts {
  name: string;
  fingerprint: string;
  embedder: Embedder;
  finder: FaceFinder;
  flip: Flip;
  prefer: FacePreference;
  calibration: ModelCalibration | undefined;
}

/** Number of faces per batch. */
const PIECE = 32;

/** Creates a recognizer from its parts, in the same way in Node and in browsers. */
export function recognizerOf(parts: Parts): Recognizer {
  const { embedder, finder, flip, prefer, calibration } = parts;
  const embeddingSize = embedder.embeddingSize * (flip === 'concat' ? 2 : 1);
  const embedAll = async (faces: readonly FoundFace[]): Promise<RecognizedFace[]> => {
    const { data } = await embedder.embed(
      faces.map(({ aligned }) => aligned),
      { flip },
    );
    return faces.map(({ aligned: _, quality, ...face }, k) => {
      const embedding = data.slice(k * embeddingSize, (k + 1) * embeddingSize);
      return { ...face, quality: { ...quality, norm: lengthOf(embedding) }, embedding };
    });
  };
  const subjectOf = async (photograph: Photograph, index: number) => {
    const name = nameOf(photograph, index);
    const found = await finder.find(photograph, name);
    const face = choose(found, prefer);
    if (face === undefined) throw noFace(name);
    return { face, faces: found.faces.length };
  };
  return {
    name: parts.name,
    fingerprint: parts.fingerprint,
    embeddingSize,
    preprocessing: embedder.preprocessing,
    license: embedder.metadata['hm.license'] ?? null,
    calibration,
    async verify(first, second, options = {}) {
      for (const photograph of [first, second]) assertPhotograph('Recognizer.verify', photograph);
      judge(0, calibration, options);
      const subjects = await Promise.all([first, second].map(subjectOf));
      const [a, b] = await embedAll(subjects.map(({ face }) => face));
      const described = (face: RecognizedFace, { faces }: { faces: number }): Subject => {
        const { embedding: _, ...rest } = face;
        return { ...rest, faces };
      };
      return {
        ...judge(cosine(a!.embedding, b!.embedding), calibration, options),
        first: described(a!, subjects[0]!),
        second: described(b!, subjects[1]!),
      };
    },
    async faces(photograph) {
      assertPhotograph('Recognizer.faces', photograph);
      return embedAll((await finder.find(photograph, nameOf(photograph, 0))).faces);
    },
    async *facesOf(photographs) {
      assertPhotographs('Recognizer.facesOf', photographs);
      for await (const { found, ...rest } of lookAhead(finder, photographs))
        yield { ...rest, faces: found ? await embedAll(found.faces) : [] };
    },
    async embed(photographs, options = {}) {
      assertPhotographs('Recognizer.embed', photographs);
      checkOptions<EmbedPhotographsOptions>('Recognizer.embed', options, { onProgress: 'function' });
      const { onProgress } = options;
      const [ids, missing, parts]: [string[], MissingFace[], Float32Array[]] = [[], [], []];
      const counts: number[] = [];
      let faces: FoundFace[] = [];
      let done = 0;
      const flush = async () => {
        parts.push(...(await embedAll(faces)).map(({ embedding }) => embedding));
        faces = [];
      };
      for await (const { name, found, reason } of lookAhead(finder, photographs)) {
        const face = found && choose(found, prefer);
        if (face === undefined) missing.push({ path: name, reason: reason ?? 'no face was found' });
        else {
          ids.push(name);
          counts.push(found!.faces.length);
          faces.push(face);
        }
        if (faces.length === PIECE) await flush();
        onProgress?.(++done, photographs.length);
      }
      await flush();
      return { ids, embeddings: joined(parts, embeddingSize), faces: counts, missing };
    },
    async release() {
      await Promise.all([embedder.release(), finder.release()]);
    },
  };
}

/** Faces of a photograph, before they are embedded. */
interface Look extends Omit<FacesOfPhotograph, 'faces'> {
  found: FoundFaces | undefined;
}

/** Detects faces in order, some photographs ahead. */
async function* lookAhead(finder: FaceFinder, photographs: readonly Photograph[]): AsyncGenerator<Look> {
  yield* inOrder(photographs.entries(), finder.expect(photographs.length), ([index, photograph]) =>
    look(finder, photograph, index),
  );
}

async function look(finder: FaceFinder, photograph: Photograph, index: number): Promise<Look> {
  const name = nameOf(photograph, index);
  try {
    const found = await finder.find(photograph, name);
    return { name, index, found, reason: found.faces.length === 0 ? 'no face was found' : null };
  } catch (error) {
    if (!HmError.isInstance(error) || error.code !== 'invalid-data') throw error;
    return { name, index, found: undefined, reason: String(error.fields.reason ?? error.message) };
  }
}

const choose = ({ faces, width, height }: FoundFaces, prefer: FacePreference): FoundFace | undefined =>
  chooseFace(faces, { height, width, prefer }) as FoundFace | undefined;

/** Returns the cosine of two embeddings. */
export function cosine(a: Float32Array, b: Float32Array): number {
  let dot = 0;
  for (let k = 0; k < a.length; k++) dot += a[k]! * b[k]!;
  return Math.min(1, Math.max(-1, dot / (lengthOf(a) * lengthOf(b) || 1)));
}

/** Returns the Euclidean length of a vector. */
export const lengthOf = (vector: Float32Array): number => {
  let sum = 0;
  for (const value of vector) sum += value * value;
  return Math.sqrt(sum);
};

function joined(parts: readonly Float32Array[], width: number): HostTensor<'float32'> {
  const data = new Float32Array(parts.length * width);
  parts.forEach((part, row) => {
    data.set(part, row * width);
  });
  return hostTensor('float32', [parts.length, width], data);
}

const noFace = (name: string) =>
  new InvalidDataError({
    where: name,
    expected: 'a photograph with a face',
    received: 'no face was found',
    fix: 'Take another photograph, or pass `aligned` (--aligned) for faces that are aligned already.',
    fields: { path: name },
  });
