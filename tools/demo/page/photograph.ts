import { rgbOf } from '@hm/images/browser';

/** Larger photographs are made smaller first: faces on them are large, and the search takes time in proportion to pixels. */
const LONGEST_SIDE = 960;

/** A photograph's pixels, and the canvas that they are on. */
export interface Photograph {
  canvas: HTMLCanvasElement;
  image: { pixels: Uint8Array; height: number; width: number };
}

/** Decodes an image file as the browser shows it, EXIF orientation applied. */
export async function readPhotograph(file: Blob): Promise<Photograph> {
  const bitmap = await createImageBitmap(file, { imageOrientation: 'from-image' });
  const scale = Math.min(1, LONGEST_SIDE / Math.max(bitmap.width, bitmap.height));
  const canvas = document.createElement('canvas');
  canvas.width = Math.round(bitmap.width * scale);
  canvas.height = Math.round(bitmap.height * scale);
  const context = canvas.getContext('2d', { willReadFrequently: true })!;
  context.imageSmoothingQuality = 'high';
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  return { canvas, image: rgbOf(context.getImageData(0, 0, canvas.width, canvas.height)) };
}
