import { exactIndex, type GalleryIndex } from '@hm/eval/browser';
import { type HostTensor, hostTensor, InvalidDataError, oneAtATime } from '@hm/tensor/host';
import { lengthOf, type Recognizer } from '../recognizer.ts';
import { decodeGallery, encodeGallery, type GalleryContent } from './gallery-file.ts';
import type { GalleryStore } from './gallery-store.ts';
import { checkName, type Person } from './person.ts';

/** A person in a gallery who resembles a face. */
export interface Candidate {
  name: string;
  similarity: number;
}

/** The people of a gallery, as far as no network is needed. */
export interface EnrolledPeople {
  /** Returns all people, in the order of enrolment. */
  list(): Promise<Person[]>;
  /** Removes someone: nothing of that person stays in the file. Returns false if the name is not in the gallery. */
  forget(name: string): Promise<boolean>;
  /** Returns every person's template, of unit length, `[N, D]`, for `encodeEmbeddings` of `@hm/eval`. */
  export(): Promise<{ ids: string[]; embeddings: HostTensor<'float32'> }>;
  /** Frees the search index. A recognizer is not released. */
  release(): Promise<void>;
}

type Network = Pick<Recognizer, 'name' | 'fingerprint' | 'embeddingSize'>;

/** Number of candidates in a result. */
const TOP = 5;

/** People in a store: the content in memory, kept in sync with the store, and its search index. */
export class StoredPeople implements EnrolledPeople {
  readonly #store: GalleryStore;
  readonly #network: Network | undefined;
  #content: GalleryContent;
  #version: string | undefined;
  /** Number of reads and changes so far, and which of them the content in memory is from. */
  #begun = 0;
  #held = 0;
  #index: Promise<GalleryIndex> | undefined;
  readonly #searches = new Set<Promise<unknown>>();
  readonly #inTurn = oneAtATime();

  /** @param network The network that the templates must be from; without it, any. */
  constructor(store: GalleryStore, network?: Network) {
    this.#store = store;
    this.#network = network;
    this.#content = this.#empty();
  }

  /** Reads the content if others have changed it. */
  async refresh(): Promise<Person[]> {
    const turn = ++this.#begun;
    const version = await this.#store.version();
    if (version !== this.#version) {
      const content =
        version === undefined
          ? this.#empty()
          : await decodeGallery(await this.#store.read(), this.#store.name);
      this.#assertNetwork(content);
      await this.#adopt(content, version, turn);
    }
    return this.#content.people;
  }

  /** Changes a copy and writes it, one change at a time. Nothing is changed if the task or the writing fails. */
  change<T>(task: (content: GalleryContent) => Promise<T>): Promise<T> {
    return this.#inTurn(() =>
      this.#store.alone(async () => {
        await this.refresh();
        const content = { ...this.#content, people: [...this.#content.people] };
        const result = await task(content);
        await this.#store.write(await encodeGallery(content));
        await this.#adopt(content, await this.#store.version(), ++this.#begun);
        return result;
      }),
    );
  }

  async list(): Promise<Person[]> {
    return (await this.refresh()).map((person) => ({ ...person }));
  }

  async forget(given: string): Promise<boolean> {
    const name = checkName(given);
    if (!(await this.refresh()).some((person) => person.name === name)) return false;
    return this.change(async (content) => {
      const row = content.people.findIndex((person) => person.name === name);
      if (row === -1) return false;
      content.people.splice(row, 1);
      content.templates = without(content.templates, row, content.size);
      return true;
    });
  }

  async search(embedding: Float32Array): Promise<Candidate[]> {
    const { people, size } = this.#content;
    if (people.length === 0) return [];
    this.#index ??= exactIndex(this.#unit(), { areUnit: true });
    const probe = hostTensor('float32', [1, size], new Float32Array(embedding));
    const searching = this.#index.then((index) => index.search(probe, TOP));
    this.#searches.add(searching);
    const { rows, similarities } = await searching.finally(() => this.#searches.delete(searching));
    return Array.from(rows, (row, k) => ({ name: people[row]!.name, similarity: similarities[k]! }));
  }

  async export(): Promise<{ ids: string[]; embeddings: HostTensor<'float32'> }> {
    await this.refresh();
    return { ids: this.#content.people.map(({ name }) => name), embeddings: this.#unit() };
  }

  /** Returns the templates, of unit length. */
  #unit(): HostTensor<'float32'> {
    const { people, templates, size } = this.#content;
    const unit = new Float32Array(templates);
    for (let row = 0; row < people.length; row++) {
      const values = unit.subarray(row * size, (row + 1) * size);
      const length = lengthOf(values) || 1;
      for (let k = 0; k < size; k++) values[k]! /= length;
    }
    return hostTensor('float32', [people.length, size], unit);
  }

  async release(): Promise<void> {
    await this.#inTurn(() => this.#dropIndex());
  }

  /** Takes up a content, unless it is from a read that began before the one that is in memory, and took longer. */
  async #adopt(content: GalleryContent, version: string | undefined, turn: number): Promise<void> {
    if (turn < this.#held) return;
    this.#held = turn;
    this.#content = content;
    this.#version = version;
    await this.#dropIndex();
  }

  async #dropIndex(): Promise<void> {
    const index = this.#index;
    this.#index = undefined;
    await Promise.allSettled(this.#searches);
    await (await index)?.release();
  }

  #empty(): GalleryContent {
    const { fingerprint = '', embeddingSize: size = 0 } = this.#network ?? {};
    return { fingerprint, people: [], templates: new Float32Array(), size };
  }

  #assertNetwork({ fingerprint, size }: GalleryContent): void {
    if (this.#network === undefined) return;
    const { fingerprint: own, embeddingSize, name } = this.#network;
    if (fingerprint === own && size === embeddingSize) return;
    throw new InvalidDataError({
      where: this.#store.name,
      expected: `a gallery made with this network (${name}, ${own.slice(0, 12)})`,
      received: `one made with ${fingerprint.slice(0, 12)}`,
      fix: 'Open the network that it was made with (--model, --flip), or begin another file and enroll again.',
      fields: { path: this.#store.name, fingerprint },
    });
  }
}

function without(templates: Float32Array, row: number, size: number): Float32Array {
  const rest = new Float32Array(templates.length - size);
  rest.set(templates.subarray(0, row * size));
  rest.set(templates.subarray((row + 1) * size), row * size);
  return rest;
}
