import { decodeImage, type RgbImage } from '@hm/images/browser';

/** What is shown of a larger photograph is made smaller; faces are looked for in the whole. */
const LONGEST_SIDE = 960;

/** A photograph's pixels, and a canvas that shows it. */
export interface Photograph {
  canvas: HTMLCanvasElement;
  /** Pixels of the canvas for a pixel of the photograph. */
  scale: number;
  image: RgbImage;
}

/** Decodes an image file as the browser shows it, EXIF orientation applied. */
export async function readPhotograph(file: Blob): Promise<Photograph> {
  const image = await decodeImage(file);
  const bitmap = await createImageBitmap(file, { imageOrientation: 'from-image' });
  const scale = Math.min(1, LONGEST_SIDE / Math.max(bitmap.width, bitmap.height));
  const canvas = document.createElement('canvas');
  canvas.width = Math.max(1, Math.round(bitmap.width * scale));
  canvas.height = Math.max(1, Math.round(bitmap.height * scale));
  const context = canvas.getContext('2d')!;
  context.imageSmoothingQuality = 'high';
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  return { canvas, scale, image };
}
