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
  /** Its embedding, to be compared by direction. */
  embedding: Float32Array;
}

/** A photograph that gave no face. */
export interface MissingFace {
  path: string;
  reason: string;
}

/** Embeddings of photographs by name, `[N, D]`, and photographs that gave none. */
export interface EmbeddedPhotographs {
  ids: string[];
  embeddings: HostTensor<'float32'>;
  /** How many faces each of them shows; of several the subject was taken, by `prefer`. */
  faces: number[];
  missing: MissingFace[];
}

/** A network for photographs as they are: finds the faces, aligns and embeds them. */
export interface Recognizer {
  /** The network's name. */
  readonly name: string;
  /** What a template belongs to: the network's SHA-256, and how the mirrored image is used. */
  readonly fingerprint: string;
  readonly embeddingSize: number;
  readonly preprocessing: Preprocessing;
  /** License, as its file states it; null if it states none. */
  readonly license: string | null;
  /** Calibration of its similarities; undefined if nobody has measured it. */
  readonly calibration: ModelCalibration | undefined;
  /**
   * Whether two photographs show one person. Of several faces the largest counts; `faces` of the result's `first` and
   * `second` says how many there are.
   *
   * @throws {InvalidDataError} if one shows no face or cannot be decoded.
   * @throws {InvalidArgumentError} if there is no threshold.
   */
  verify(first: Photograph, second: Photograph, options?: VerdictOptions): Promise<Verdict>;
  /**
   * Every face of a photograph, best first; none is an empty list.
   *
   * @throws {InvalidDataError} if it cannot be decoded.
   */
  faces(photograph: Photograph): Promise<RecognizedFace[]>;
  /** Every face of many photographs, in their order, while the next ones are prepared in other threads. */
  facesOf(photographs: readonly Photograph[]): AsyncGenerator<FacesOfPhotograph>;
  /**
   * Embeds the subject of each photograph, while the next ones are prepared in other threads. One without a face, or one
   * that cannot be decoded, is in `missing`.
   */
  embed(photographs: readonly Photograph[], options?: EmbedPhotographsOptions): Promise<EmbeddedPhotographs>;
  /** Frees the networks and ends the threads. */
  release(): Promise<void>;
}

/** One of many photographs. */
export interface FacesOfPhotograph {
  name: string;
  /** Its place in the list. */
  index: number;
  faces: RecognizedFace[];
  /** Why there is none. */
  reason: string | null;
}

/** What {@link Recognizer.embed} takes. */
export interface EmbedPhotographsOptions {
  /** Called as photographs are embedded, with how many are. */
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

/** Faces that the network embeds at a time. */
const PIECE = 32;

/** A recognizer of parts that are there; the same in Node and in a page. */
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

/** Faces of a photograph. */
interface Look extends Omit<FacesOfPhotograph, 'faces'> {
  found: FoundFaces | undefined;
}

/** Looks for faces in order, some photographs ahead. */
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

/** Cosine of two embeddings. */
export function cosine(a: Float32Array, b: Float32Array): number {
  let dot = 0;
  for (let k = 0; k < a.length; k++) dot += a[k]! * b[k]!;
  return Math.min(1, Math.max(-1, dot / (lengthOf(a) * lengthOf(b) || 1)));
}

/** Euclidean length. */
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
