import {
  decodeSafetensors,
  encodeSafetensors,
  HmError,
  hostTensor,
  InvalidDataError,
  sha256Of,
} from '@hm/tensor/host';
import { isPerson, type Person } from './person.ts';

/** Content of a gallery. */
export interface GalleryContent {
  /** Fingerprint of the recognizer that made the embeddings. */
  fingerprint: string;
  people: Person[];
  /** One row of `size` numbers for each person: the weighted sum of unit embeddings. */
  templates: Float32Array;
  size: number;
}

const FORMAT = 'hm-gallery 1';

/** Encodes a gallery as a safetensors file: people as JSON, templates `[N, D]`, and a hash over both. */
export async function encodeGallery({
  fingerprint,
  people,
  templates,
  size,
}: GalleryContent): Promise<Uint8Array> {
  const text = JSON.stringify(people);
  const tensor = hostTensor('float32', [people.length, size], new Float32Array(templates));
  const sha256 = await digest(fingerprint, text, tensor.data);
  return encodeSafetensors({ templates: tensor }, { format: FORMAT, fingerprint, people: text, sha256 });
}

/**
 * Decodes a gallery.
 *
 * @throws {InvalidDataError} if any byte differs from what {@link encodeGallery} returned.
 */
export async function decodeGallery(bytes: Uint8Array, name: string): Promise<GalleryContent> {
  const { tensors, metadata } = decoded(bytes, name);
  const { format, fingerprint = '', people: text = '', sha256 } = metadata;
  const { templates } = tensors;
  if (format === undefined || templates?.dtype !== 'float32') throw faulty(name, 'a file of another kind');
  if (format !== FORMAT) throw faulty(name, `"${format}", of another version`);
  const data = templates.data as Float32Array;
  if (sha256 !== (await digest(fingerprint, text, data))) throw faulty(name, 'one that was altered or cut');
  const people = peopleIn(text);
  const [rows, size] = templates.shape;
  if (people === undefined || rows !== people.length || size === undefined || !data.every(Number.isFinite))
    throw faulty(name, 'people and templates that do not go together');
  return { fingerprint, people, templates: data, size };
}

/** Parses and validates the people: a correct hash does not make the content valid, since anyone can compute it. */
function peopleIn(text: string): Person[] | undefined {
  const people = parsed(text);
  return Array.isArray(people) && people.every(isPerson) ? people : undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function decoded(bytes: Uint8Array, name: string) {
  try {
    return decodeSafetensors(bytes);
  } catch (error) {
    if (!HmError.isInstance(error)) throw error;
    throw faulty(name, `one that was altered or cut, or another kind of file (${bytes.length} bytes)`, error);
  }
}

async function digest(fingerprint: string, people: string, templates: Float32Array): Promise<string> {
  const text = new TextEncoder().encode(`${fingerprint}\n${people}\n`);
  const values = new Uint8Array(templates.buffer, templates.byteOffset, templates.byteLength);
  const all = new Uint8Array(text.length + values.length);
  all.set(text);
  all.set(values, text.length);
  return sha256Of(all);
}

const faulty = (path: string, received: string, cause?: unknown) =>
  new InvalidDataError({
    where: path,
    expected: 'a gallery of people, whole and unaltered',
    received,
    fix: 'Put a copy of it back, or name another file; nothing was changed.',
    fields: { path },
    cause,
  });
