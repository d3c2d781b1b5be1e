import { createHash } from 'node:crypto';
import { closeSync } from 'node:fs';
import { basename } from 'node:path';
import { checkArguments } from '@hm/tensor/host';
import { Span, Tuple, unpickle } from '@hm/tensor/pickle';
import { openForReading, readAt } from '../files/read-at.ts';
import type { ProtocolImage, VerificationPair, VerificationProtocol } from '../protocol.ts';
import { contiguousFolds } from './contiguous-folds.ts';
import { verificationSets } from './numpy-objects.ts';
import { PickleFile } from './pickle-file.ts';
import { Latin1Bytes, NumpyArray, NumpyScalar, type Value } from './pickle-values.ts';

/**
 * Opens one of InsightFace's verification sets (`lfw.bin`, `cfp_fp.bin`, `agedb_30.bin`): a Python pickle of images and
 * of whether each two show the same person, scored in ten contiguous folds. Files by Python 2 and 3, of strings and of
 * numpy arrays, are read without running anything in them. Images stay in the file; equal ones are listed once.
 *
 * @throws {InvalidDataError} if the pickle is damaged or holds anything else; `fields` has path, offset and reason.
 * @see https://github.com/deepinsight/insightface/blob/master/recognition/arcface_torch/eval/verification.py
 * @example
 * const { pairs, folds } = await verificationBin('faces_emore/cfp_fp.bin'); // 7000 pairs in 10 folds
 */
export async function verificationBin(path: string): Promise<VerificationProtocol> {
  checkArguments('verificationBin', { path }, { path: 'string' });
  const descriptor = openForReading(path);
  try {
    const source = new PickleFile(path, descriptor);
    return protocolOf(unpickle(source, verificationSets), source);
  } finally {
    closeSync(descriptor);
  }
}

function protocolOf(value: Value, source: PickleFile): VerificationProtocol {
  const [images, same] = (sequence(value) ?? []).map((part) => sequence(part) ?? truthArray(part, source));
  if (!images || !same || images.length !== 2 * same.length || !same.length) {
    throw source.damaged('2N images and N truth values', describe(images, same), 0);
  }
  const table = new ImageTable(source);
  const fold = contiguousFolds(same.length, 10);
  const pairs = same.map(
    (value, place): VerificationPair => ({
      first: table.add(images[2 * place]!, 2 * place),
      second: table.add(images[2 * place + 1]!, 2 * place + 1),
      same: truth(value, place, source),
      fold: fold(place),
    }),
  );
  return {
    name: basename(source.path),
    images: table.list,
    pairs,
    folds: Math.min(10, pairs.length),
    official: false,
    notes: ['The pairs come from a .bin file, which does not say whether they are those that others use.'],
  };
}

/** Returns the items of what Python unpacks: a list, a tuple, an array of objects. */
function sequence(value: Value | undefined): readonly Value[] | undefined {
  if (Array.isArray(value)) return value;
  if (value instanceof NumpyArray) return value.items;
  return value instanceof Tuple ? value.items : undefined;
}

/** Reads an array of booleans, or of numbers that stand for them. */
function truthArray(value: Value, source: PickleFile): boolean[] | undefined {
  if (!(value instanceof NumpyArray) || !value.data || value.size <= 0) return undefined;
  const bytes =
    value.data instanceof Span
      ? readAt(source.path, value.data.offset, value.data.length)
      : latin1Image(source.path, value.data).bytes;
  const width = bytes.length / value.size;
  if (!NUMBER_BYTES.includes(width)) return undefined;
  return Array.from({ length: value.size }, (_, place) =>
    bytes.subarray(place * width, (place + 1) * width).some((byte) => byte !== 0),
  );
}

const NUMBER_BYTES = [1, 2, 4, 8];

/** Images in the order of their first use. A file repeats an image for each pair that it is in. */
class ImageTable {
  readonly list: ProtocolImage[] = [];
  readonly #source: PickleFile;
  /** Indices in `list` by digest, and by byte range in the file. */
  readonly #places = new Map<string, number>();

  constructor(source: PickleFile) {
    this.#source = source;
  }

  add(value: Value, number: number): number {
    const { image, stretch } = imageOf(value, number, this.#source);
    // A pickle may refer to one byte range of the file a million times: it is read once.
    const known = this.#places.get(stretch);
    if (known !== undefined) return known;
    const digest = createHash('sha256')
      .update('bytes' in image ? image.bytes : readAt(image.file, image.offset, image.length))
      .digest('base64');
    const place =
      this.#places.get(digest) ?? this.list.push(Object.assign(image, { id: `image ${number}` })) - 1;
    this.#places.set(digest, place).set(stretch, place);
    return place;
  }
}

type StoredImage = { file: string; offset: number; length: number } | { readonly bytes: Uint8Array };

function imageOf(value: Value, number: number, source: PickleFile): { image: StoredImage; stretch: string } {
  const data = value instanceof NumpyArray ? dataOf(value, number, source) : value;
  if (data instanceof Span && data.kind === 'bytes') {
    const { offset, length } = data;
    return { image: { file: source.path, offset, length }, stretch: `${offset}+${length}` };
  }
  if (data instanceof Latin1Bytes) {
    const { offset, length } = data.text;
    return { image: latin1Image(source.path, data), stretch: `${offset}+${length} as text` };
  }
  throw source.damaged(`bytes or a numpy array as image ${number}`, 'something else', 0);
}

/** Decodes the bytes on access, so that texts which a hostile file uses a million times are held once. */
const latin1Image = (path: string, { text }: Latin1Bytes) => ({
  get bytes() {
    return Buffer.from(Buffer.from(readAt(path, text.offset, text.length)).toString('utf8'), 'latin1');
  },
});

function dataOf({ type, size, data }: NumpyArray, number: number, source: PickleFile) {
  const code = type && type.code.length <= 4 ? readAt(source.path, type.code.offset, type.code.length) : '';
  const isByte = ['u1', '|u1', 'uint8'].includes(Buffer.from(code).toString('latin1'));
  const fits = data instanceof Latin1Bytes || data?.length === size;
  if (data && isByte && fits) return data;
  throw source.damaged(
    `a numpy array of ${size} uint8 as image ${number}`,
    'another',
    data instanceof Span ? data.offset : 0,
  );
}

function truth(value: Value, place: number, source: PickleFile): boolean {
  if (typeof value === 'boolean') return value;
  if (value === 0 || value === 1) return value === 1;
  if (value instanceof NumpyScalar) {
    const data = value.data instanceof Span ? value.data : value.data.text;
    if (data.length === 1) return readAt(source.path, data.offset, 1)[0] !== 0;
  }
  throw source.damaged(`a truth value for pair ${place}`, 'something else', 0);
}

const describe = (images: readonly unknown[] | undefined, same: readonly unknown[] | undefined): string =>
  images && same ? `${images.length} images and ${same.length} truth values` : 'something else';
