import { checkArguments } from '@hm/tensor/host';
import type { Recognizer } from '../recognizer.ts';
import { type Gallery, galleryOf } from './gallery.ts';
import { pageStore } from './page-store.web.ts';
import { type EnrolledPeople, StoredPeople } from './stored-people.ts';

/**
 * Opens a gallery of people by name in the page's own storage. Nothing leaves the device.
 *
 * @throws {InvalidDataError} if it was made with another network.
 * @example
 * const people = await openGallery('friends', recognizer);
 */
export const openGallery = async (name: string, recognizer: Recognizer): Promise<Gallery> => {
  checkArguments(
    'openGallery',
    { name, recognizer },
    { name: 'string', recognizer: { has: ['name', 'fingerprint'] } },
  );
  return galleryOf(pageStore(name), recognizer);
};

/**
 * Opens the people of a gallery in the page's own storage without a network, to list, export or forget them.
 *
 * @throws {InvalidDataError} if the content was altered.
 * @example
 * const people = await enrolledPeople('friends');
 * await people.forget('Ada');
 */
export const enrolledPeople = async (name: string): Promise<EnrolledPeople> => {
  checkArguments('enrolledPeople', { name }, { name: 'string' });
  const people = new StoredPeople(pageStore(name));
  await people.refresh();
  return people;
};
