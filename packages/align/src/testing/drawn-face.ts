import type { RgbImage } from '@hm/images';
import sharp, { type Sharp } from 'sharp';
import type { Landmarks } from '../detect/face.ts';

/** Where {@link drawFace} puts the landmarks of a face at `[0, 0]`. */
export const drawnLandmarks: Landmarks = [
  [96, 116],
  [144, 116],
  [120, 146],
  [99, 164],
  [141, 164],
];

const face = `
  <path d="M60 240 Q60 190 120 190 Q180 190 180 240Z" fill="#33435c"/>
  <rect x="100" y="160" width="40" height="45" fill="#c99a7c"/>
  <ellipse cx="120" cy="98" rx="58" ry="64" fill="#3a2a20"/>
  <ellipse cx="120" cy="120" rx="50" ry="66" fill="#e0b090"/>
  <path d="M82 104 Q95 96 107 103 M133 103 Q145 96 158 104" stroke="#3a2a20" stroke-width="5" fill="none"/>
  <ellipse cx="96" cy="116" rx="10" ry="5.5" fill="#fff"/><ellipse cx="144" cy="116" rx="10" ry="5.5" fill="#fff"/>
  <circle cx="96" cy="116" r="5" fill="#2a1a10"/><circle cx="144" cy="116" r="5" fill="#2a1a10"/>
  <path d="M118 116 Q112 140 109 146 Q120 154 131 146 Q128 140 122 116" fill="#cf9c7c"/>
  <path d="M109 147 Q120 153 131 147" stroke="#8a5a40" stroke-width="3" fill="none"/>
  <path d="M99 164 Q120 158 141 164 Q120 178 99 164Z" fill="#a8504a"/>
  <path d="M99 164 Q120 168 141 164" stroke="#6a2a28" stroke-width="2" fill="none"/>`;

/** A drawing that MTCNN takes for a face, at a place in an image, so that tests need no photograph. */
export function drawFace(width = 240, height = 240, ...at: [x: number, y: number][]): Sharp {
  const places = at.length === 0 ? [[0, 0] as const] : at;
  const faces = places.map(([x, y]) => `<g transform="translate(${x} ${y})">${face}</g>`).join('');
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">
    <rect width="${width}" height="${height}" fill="#7a8a96"/>${faces}</svg>`;
  return sharp(Buffer.from(svg)).blur(1.2).flatten();
}

/** The drawing's pixels. */
export async function drawnImage(
  width?: number,
  height?: number,
  ...at: [number, number][]
): Promise<RgbImage> {
  const { data, info } = await drawFace(width, height, ...at)
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { pixels: data, height: info.height, width: info.width };
}
