import { checkOptions, InvalidArgumentError, InvalidDataError } from '@hm/tensor/host';
import { assertPhotograph, assertPhotographs, type Photograph } from '../faces/photograph.ts';
import { cosine, type RecognizedFace, type Recognizer } from '../recognizer.ts';
import type { GalleryStore } from './gallery-store.ts';
import {
  defaultMargin,
  type IdentifyOptions,
  likeness,
  openSetThreshold,
  probabilityOfBest,
} from './open-set.ts';
import { checkName, type Person } from './person.ts';
import { type Candidate, type EnrolledPeople, StoredPeople } from './stored-people.ts';
import { agreeing, portraitsOf, type RefusedPhotograph, sumOf, weightOf } from './templates.ts';

/** Options for enrolling someone. */
export interface EnrollOptions {
  /**
   * Minimum similarity of two faces of one person, among the photographs and to others in the gallery. Default: by
   * the calibration.
   */
  threshold?: number | undefined;
  /** Minimum quality, from 0 to 1. Default 0.1. */
  minQuality?: number | undefined;
  /** True to enroll someone who looks like another person, such as a twin. Default false. */
  alike?: boolean | undefined;
}

/** Result of enrolling someone. */
export interface Enrolled {
  person: Person;
  refused: RefusedPhotograph[];
}

/** A face, with the person it was identified as. */
export interface IdentifiedFace extends RecognizedFace {
  /** Name of the person. Null if the face matches nobody in the gallery. */
  name: string | null;
  /** Reason for a missing name: nobody is similar enough (`unknown`), or two people are (`ambiguous`). */
  reason: 'unknown' | 'ambiguous' | null;
  /** Probability that the face is the most similar person's; null without a calibration or people. */
  probability: number | null;
  /** Most similar people, best first, whether or not they are similar enough. */
  candidates: Candidate[];
}

/** A gallery of people, known by their faces. */
export interface Gallery extends EnrolledPeople {
  /**
   * Adds someone. Photographs with no face, with several faces, of poor quality or of another person are refused and
   * reported.
   *
   * @throws {InvalidArgumentError} if the name is taken or invalid.
   * @throws {InvalidDataError} if all photographs are refused, or the person looks like someone in the gallery
   * (`fields.person`).
   * @throws {UnavailableError} if another writer does not finish in time, or the disk is full. The gallery is then
   * unchanged.
   */
  enroll(name: string, photographs: readonly Photograph[], options?: EnrollOptions): Promise<Enrolled>;
  /**
   * Adds photographs to someone. Those that do not look like that person are refused.
   *
   * @throws as {@link Gallery.enroll}
   */
  update(name: string, photographs: readonly Photograph[], options?: EnrollOptions): Promise<Enrolled>;
  /** Identifies every face in a photograph. @throws {InvalidArgumentError} if there is no threshold. */
  identify(photograph: Photograph, options?: IdentifyOptions): Promise<IdentifiedFace[]>;
  /** Identifies a face that is already embedded. */
  identifyFace(face: RecognizedFace, options?: IdentifyOptions): Promise<IdentifiedFace>;
}

/**
 * Opens a gallery in a store. Changes that others write to the store are picked up.
 *
 * @throws {InvalidDataError} if the content was altered, or was made with another network.
 */
export async function galleryOf(store: GalleryStore, recognizer: Recognizer): Promise<Gallery> {
  const state = new StoredPeople(store, recognizer);
  await state.refresh();
  const { calibration } = recognizer;
  // Photographs of one person vary, and a template of several is more reliable than a pair, so a looser threshold is
  // enough.
  const ofOne = (options: EnrollOptions) => likeness(calibration, 0.01, options);
  const ofAnother = (options: EnrollOptions) => likeness(calibration, 0.001, options);
  const identifyFace = async (
    face: RecognizedFace,
    options: IdentifyOptions = {},
  ): Promise<IdentifiedFace> => {
    const people = await state.refresh();
    const threshold = openSetThreshold(calibration, people.length, options);
    const candidates = await state.search(face.embedding);
    return { ...face, ...decide(candidates, threshold, options), ...chance(candidates, people.length) };
  };
  const decide = ([best, second]: Candidate[], threshold: number, { margin }: IdentifyOptions) => {
    if (best === undefined || best.similarity < threshold) return { name: null, reason: 'unknown' as const };
    const lead = best.similarity - (second?.similarity ?? -1);
    if (lead < (margin ?? defaultMargin(calibration))) return { name: null, reason: 'ambiguous' as const };
    return { name: best.name, reason: null };
  };
  const chance = (candidates: Candidate[], people: number) => {
    const similarities = candidates.map(({ similarity }) => similarity);
    const probability = candidates.length === 0 ? null : probabilityOfBest(calibration, similarities, people);
    return { candidates, probability };
  };
  return {
    async enroll(given, photographs, options = {}) {
      const name = checkName(given);
      assertPhotographs('Gallery.enroll', photographs);
      const minQuality = minQualityOf('Gallery.enroll', options);
      const threshold = ofOne(options);
      if ((await state.refresh()).some((person) => person.name === name)) throw taken(name);
      const portraits = await portraitsOf(recognizer, photographs, minQuality);
      const { faces, refused } = agreeing(portraits, threshold);
      if (faces.length === 0) throw noneCounts(name, refused);
      const template = sumOf(faces);
      const person = await state.change(async (content) => {
        if (content.people.some((other) => other.name === name)) throw taken(name);
        const [alike] = await state.search(template);
        if (!options.alike && alike && alike.similarity >= ofAnother(options)) throw looksLike(name, alike);
        const now = new Date().toISOString();
        const weight = faces.reduce((sum, face) => sum + weightOf(face), 0);
        const added = { name, photographs: faces.length, weight, enrolled: now, updated: now };
        content.people.push(added);
        content.templates = appended(content.templates, template);
        return added;
      });
      return { person, refused };
    },
    async update(given, photographs, options = {}) {
      const name = checkName(given);
      assertPhotographs('Gallery.update', photographs);
      const minQuality = minQualityOf('Gallery.update', options);
      const threshold = ofOne(options);
      const { faces, names, refused } = await portraitsOf(recognizer, photographs, minQuality);
      const person = await state.change(async (content) => {
        const row = content.people.findIndex((other) => other.name === name);
        if (row === -1) throw nobody(name);
        const template = content.templates.slice(row * content.size, (row + 1) * content.size);
        const fitting = faces.filter((face, k) => {
          const similarity = cosine(face.embedding, template);
          if (similarity >= threshold) return true;
          const detail = `similarity ${similarity.toFixed(3)} to ${name}, below ${threshold.toFixed(3)}`;
          refused.push({ photograph: names[k]!, reason: 'another person', detail });
          return false;
        });
        if (fitting.length === 0) throw noneCounts(name, refused);
        const templates = content.templates.slice();
        sumOf(fitting).forEach((value, k) => {
          templates[row * content.size + k]! += value;
        });
        const { photographs: before, weight, ...rest } = content.people[row]!;
        const updated = {
          ...rest,
          photographs: before + fitting.length,
          weight: weight + fitting.reduce((sum, face) => sum + weightOf(face), 0),
          updated: new Date().toISOString(),
        };
        content.people[row] = updated;
        content.templates = templates;
        return updated;
      });
      return { person, refused };
    },
    async identify(photograph, options = {}) {
      assertPhotograph('Gallery.identify', photograph);
      openSetThreshold(calibration, (await state.refresh()).length, options);
      const faces = await recognizer.faces(photograph);
      return Promise.all(faces.map((face) => identifyFace(face, options)));
    },
    identifyFace,
    list: () => state.list(),
    forget: (name) => state.forget(name),
    export: () => state.export(),
    release: () => state.release(),
  };
}

/** Checks the options and returns the minimum quality. @throws {InvalidArgumentError} */
function minQualityOf(where: string, options: EnrollOptions): number {
  checkOptions<EnrollOptions>(where, options, {
    ...{ threshold: 'number', minQuality: 'number', alike: 'boolean' },
  });
  const { minQuality = 0.1 } = options;
  if (minQuality >= 0 && minQuality <= 1) return minQuality;
  throw new InvalidArgumentError({
    where,
    expected: 'minQuality from 0 to 1',
    received: minQuality,
    fix: 'Pass 0.1 (--min-quality).',
  });
}

function appended(templates: Float32Array, template: Float32Array): Float32Array {
  const all = new Float32Array(templates.length + template.length);
  all.set(templates);
  all.set(template, templates.length);
  return all;
}

const taken = (name: string) =>
  new InvalidArgumentError({
    where: 'Gallery.enroll',
    expected: 'the name of someone who is not in the gallery',
    received: `${name}, who is`,
    fix: 'Add photographs with update (hm people add --update), or choose another name.',
    fields: { person: name },
  });

const nobody = (name: string) =>
  new InvalidArgumentError({
    where: 'Gallery.update',
    expected: 'the name of someone in the gallery',
    received: name,
    fix: 'Enroll that person first.',
  });

const looksLike = (name: string, { name: other, similarity }: Candidate) =>
  new InvalidDataError({
    where: 'Gallery.enroll',
    expected: `a face for ${name} that nobody in the gallery has`,
    received: `one that is ${other}'s (similarity ${similarity.toFixed(3)})`,
    fix: `Update ${other} with these photographs, or pass \`alike\` (--alike) if the two only look alike.`,
    fields: { person: other, similarity },
  });

const noneCounts = (name: string, refused: readonly RefusedPhotograph[]) =>
  new InvalidDataError({
    where: 'Gallery.enroll',
    expected: `a photograph of ${name} that counts`,
    received: refused.map(({ photograph, detail }) => `${photograph}: ${detail}`).join('; ') || 'none',
    fix: 'Take a sharp photograph of the face alone, from the front, with 40 pixels between the eyes or more.',
    fields: { refused },
  });
