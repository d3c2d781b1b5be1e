import { checkArguments } from '@hm/tensor/host';
import type { Recognizer } from '../recognizer.ts';
import { type Gallery, galleryOf } from './gallery.ts';
import { pageStore } from './page-store.web.ts';

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
