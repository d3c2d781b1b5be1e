import type { Landmarks } from '../detect/face.ts';

/** Size of an aligned face, and the positions of its five landmarks. */
export interface Template {
  height: number;
  width: number;
  landmarks: Landmarks;
  /**
   * Number of the template's pixels outside the face's box. If given, the face is cropped by its box, widened by this
   * margin, and the landmarks are mean positions.
   */
  margin?: number;
}

/** Names of {@link templates}. */
export type TemplateName = 'arcface-112x112' | 'sphereface-112x96' | 'dlib-150x150' | 'facenet-160x160';

const sphereface: Landmarks = [
  [30.2946, 51.6963],
  [65.5318, 51.5014],
  [48.0252, 71.7366],
  [33.5493, 92.3655],
  [62.7299, 92.2041],
];

const shifted = sphereface.map(([x, y]) => [x + 8, y] as const) as unknown as Landmarks;

/** Positions of our five points in dlib's mean face with a padding of a quarter. */
const dlib: Landmarks = [
  [47.55, 46.6],
  [100.48, 46.6],
  [74.01, 76.56],
  [50.41, 103.02],
  [97.61, 103.02],
];

/** Mean positions of the points in the widened boxes of 7,701 photographs of LFW. */
const facenet: Landmarks = [
  [50.83, 64.92],
  [116.03, 64.08],
  [83.82, 93.25],
  [55.29, 118.39],
  [113.19, 117.71],
];

/**
 * Templates of SphereFace (112 high, 96 wide), ArcFace (112×112: the same, 8 pixels to the right), dlib and FaceNet,
 * whose ports use MTCNN's box with a margin of 14 pixels.
 *
 * @see https://github.com/wy1iu/sphereface
 * @see https://github.com/deepinsight/insightface
 * @see https://github.com/timesler/facenet-pytorch
 */
export const templates: Readonly<Record<TemplateName, Template>> = {
  'arcface-112x112': { height: 112, width: 112, landmarks: shifted },
  'sphereface-112x96': { height: 112, width: 96, landmarks: sphereface },
  'dlib-150x150': { height: 150, width: 150, landmarks: dlib },
  'facenet-160x160': { height: 160, width: 160, landmarks: facenet, margin: 14 },
};
