import { checkArguments, InvalidArgumentError } from '@hm/tensor/host';
import type { Recognizer } from '../recognizer.ts';
import { fileStore } from './file-store.ts';
import { type Gallery, galleryOf } from './gallery.ts';
import { type EnrolledPeople, StoredPeople } from './stored-people.ts';

/**
 * Opens a gallery of people in a file, which is created with the first enrolment. The file holds names and templates
 * but no photographs, and belongs to the recognizer's network. Each change is written atomically, so a process killed
 * at any moment loses none, and one process writes at a time.
 *
 * @throws {InvalidDataError} if the file is not a gallery, was truncated or altered, or was made with another
 * network.
 * @example
 * const people = await openGallery('people.gallery', await openRecognizer());
 * await people.enroll('Ada', ['ada-1.jpg', 'ada-2.jpg']);
 * for (const face of await people.identify('party.jpg')) console.log(face.box, face.name ?? 'unknown');
 */
export async function openGallery(path: string, recognizer: Recognizer): Promise<Gallery> {
  const isRecognizer = typeof (recognizer as Partial<Recognizer> | undefined)?.faces === 'function';
  if (typeof path === 'string' && path !== '' && isRecognizer) return galleryOf(fileStore(path), recognizer);
  throw new InvalidArgumentError({
    where: 'openGallery',
    expected: 'the path of a file, and a recognizer',
    received: isRecognizer ? `the path ${JSON.stringify(path)}` : 'no recognizer',
    fix: "Write openGallery('people.gallery', await openRecognizer()).",
  });
}

/**
 * Opens the people of a gallery's file without a network, to list, export or forget them. The network that the gallery
 * was made with need not be at hand.
 *
 * @throws {InvalidDataError} if the file is not a gallery, or was truncated or altered.
 * @example
 * const people = await enrolledPeople('people.gallery');
 * await people.forget('Ada');
 */
export async function enrolledPeople(path: string): Promise<EnrolledPeople> {
  checkArguments('enrolledPeople', { path }, { path: 'string' });
  const people = new StoredPeople(fileStore(path));
  await people.refresh();
  return people;
}
