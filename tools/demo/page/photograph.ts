import { decodeImage, type RgbImage } from '@hm/images/browser';

/** Longest side of a shown photograph in pixels. Faces are detected at full size. */
const LONGEST_SIDE = 960;

/** A photograph's pixels, and a canvas that shows it. */
export interface Photograph {
  /** The canvas that shows it. */
  canvas: HTMLCanvasElement;
  /** Pixels of the canvas per pixel of the photograph. */
  scale: number;
  /** Its pixels. */
  image: RgbImage;
}

/** Decodes an image file as the browser shows it, with EXIF orientation applied. */
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
