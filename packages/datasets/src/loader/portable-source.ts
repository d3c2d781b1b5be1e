import type { FileRange } from '@hm/images';
import type { ImageSource } from '../dataset.ts';
import { type FaceRecipe, renderRecipe } from '../synthetic/face-recipe.ts';

/**
 * An image in a form that is cheap to send to another thread: what can be read or rendered there is only referenced.
 */
export type PortableSource =
  | { path: string }
  | FileRange
  | { bytes: Uint8Array }
  | { pixels: Uint8Array; height: number; width: number }
  | { recipe: FaceRecipe };

/**
 * Copies bytes and pixels once, into their own buffer that can be transferred. The data set may keep its memory, and
 * posting a view of a large buffer would copy all of it.
 */
export function toPortable(image: ImageSource): PortableSource {
  if ('path' in image) return { path: image.path };
  if ('file' in image) return { file: image.file, offset: image.offset, length: image.length };
  if ('bytes' in image) return { bytes: new Uint8Array(image.bytes) };
  if (image.recipe) return { recipe: image.recipe };
  return { pixels: new Uint8Array(image.pixels), height: image.height, width: image.width };
}

/** Restores the image in the receiving thread, rendering it if it is a recipe. */
export function fromPortable(source: PortableSource): ImageSource {
  if (!('recipe' in source)) return source;
  const { size } = source.recipe;
  return { pixels: renderRecipe(source.recipe), height: size, width: size };
}

/** Returns the buffers that {@link toPortable} made, to be transferred. */
export function ownBuffers(source: PortableSource): ArrayBuffer[] {
  if ('bytes' in source) return [source.bytes.buffer as ArrayBuffer];
  return 'pixels' in source ? [source.pixels.buffer as ArrayBuffer] : [];
}
