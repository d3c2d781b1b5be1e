import type { Face } from '@hm/align/browser';
import type { RgbImage } from '@hm/images/browser';

/** Draws boxes and landmarks over a photograph, whose canvas may be smaller. The chosen face is drawn stronger. */
export function drawFaces(
  canvas: HTMLCanvasElement,
  faces: readonly Face[],
  { chosen, scale }: { chosen: number; scale: number },
): void {
  const context = canvas.getContext('2d')!;
  const size = Math.max(canvas.width, canvas.height);
  context.strokeStyle = context.fillStyle = getComputedStyle(canvas).getPropertyValue('--box');
  faces.forEach(({ box: [left, top, right, bottom], landmarks }, index) => {
    context.globalAlpha = index === chosen ? 1 : 0.5;
    context.lineWidth = Math.max(1.5, size / 220);
    context.strokeRect(scale * left, scale * top, scale * (right - left), scale * (bottom - top));
    for (const [x, y] of landmarks) {
      context.beginPath();
      context.arc(scale * x, scale * y, Math.max(2, size / 110), 0, 2 * Math.PI);
      context.fill();
    }
  });
  context.globalAlpha = 1;
}

/** Puts RGB pixels on a canvas of their size. */
export function drawPixels(canvas: HTMLCanvasElement, { pixels, height, width }: RgbImage): void {
  canvas.width = width;
  canvas.height = height;
  const data = new ImageData(width, height);
  for (let from = 0, to = 0; from < pixels.length; from += 3, to += 4) {
    data.data.set([pixels[from]!, pixels[from + 1]!, pixels[from + 2]!, 255], to);
  }
  canvas.getContext('2d')!.putImageData(data, 0, 0);
}
