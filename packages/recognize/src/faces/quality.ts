import type { Landmarks, Point } from '@hm/align/browser';
import type { RgbImage } from '@hm/images/browser';

/** How well a face can be recognized, in numbers. */
export interface FaceQuality {
  /** Pixels between the eyes. */
  size: number;
  /** How much of the finest detail there is, from 0: below about 0.02 the face is out of focus or enlarged. */
  sharpness: number;
  /** Angles from the five points: radians, 0 facing the camera. */
  pose: { yaw: number; pitch: number; roll: number };
  /** From 0, all black or all white, to 1. */
  exposure: number;
  /** Length of the embedding. */
  norm: number;
  /** All but the norm in one number from 0 to 1: a template's weight. */
  score: number;
}

/** What {@link qualityOf} gives without the embedding. */
export type ImageQuality = Omit<FaceQuality, 'norm'>;

/** Quality of a face by its landmarks in the photograph and its aligned image. */
export function qualityOf(landmarks: Landmarks, aligned: RgbImage): ImageQuality {
  const [left, right] = landmarks;
  const size = Math.hypot(right[0] - left[0], right[1] - left[1]);
  const light = luminance(aligned);
  const sharpness = sharpnessOf(light, aligned);
  const exposure = exposureOf(light);
  const pose = poseOf(landmarks);
  const score =
    ramp(size, 8, 32) *
    ramp(sharpness, 0.005, 0.03) *
    ramp(exposure, 0.1, 0.5) *
    ramp(Math.cos(pose.yaw), 0.4, 0.9) *
    ramp(Math.cos(pose.pitch), 0.5, 0.9);
  return { size, sharpness, pose, exposure, score };
}

/** 0 up to `low`, 1 from `high`, straight between. */
const ramp = (value: number, low: number, high: number): number =>
  Math.min(1, Math.max(0, (value - low) / (high - low)));

function luminance({ pixels }: RgbImage): Float32Array {
  const light = new Float32Array(pixels.length / 3);
  for (let k = 0; k < light.length; k++)
    light[k] = (0.299 * pixels[3 * k]! + 0.587 * pixels[3 * k + 1]! + 0.114 * pixels[3 * k + 2]!) / 255;
  return light;
}

/** Mean size of the Laplacian over the face's middle, relative to its contrast. */
function sharpnessOf(light: Float32Array, { width, height }: RgbImage): number {
  const margin = Math.floor(Math.min(width, height) / 5);
  let [sum, squares, edges, count] = [0, 0, 0, 0];
  for (let y = margin; y < height - margin; y++) {
    for (let x = margin; x < width - margin; x++) {
      const k = y * width + x;
      const value = light[k]!;
      edges += Math.abs(4 * value - light[k - 1]! - light[k + 1]! - light[k - width]! - light[k + width]!);
      sum += value;
      squares += value * value;
      count++;
    }
  }
  const contrast = Math.sqrt(Math.max(0, squares / count - (sum / count) ** 2));
  return contrast < 0.01 ? 0 : (edges / count) * Math.min(1, contrast / 0.1);
}

/** Share of pixels that are neither nearly black nor nearly white. */
function exposureOf(light: Float32Array): number {
  let inside = 0;
  for (const value of light) if (value > 0.06 && value < 0.97) inside++;
  return inside / light.length;
}

/**
 * Yaw from the nose's place between the eyes' and the mouth's middle, pitch from its height between them, both on the
 * average head, whose nose stands out by about 0.6 eye distances; roll from the line of the eyes.
 */
function poseOf([left, right, nose, leftMouth, rightMouth]: Landmarks): FaceQuality['pose'] {
  const eyes = middle(left, right);
  const mouth = middle(leftMouth, rightMouth);
  const roll = Math.atan2(right[1] - left[1], right[0] - left[0]);
  const across = Math.hypot(right[0] - left[0], right[1] - left[1]);
  const down = Math.hypot(mouth[0] - eyes[0], mouth[1] - eyes[1]);
  const center = middle(eyes, mouth);
  const [x, y] = [nose[0] - center[0], nose[1] - center[1]];
  const sideways = x * Math.cos(roll) + y * Math.sin(roll);
  const downwards = -x * Math.sin(roll) + y * Math.cos(roll);
  // The larger of the two lengths is the one that the turn has not shortened.
  const scale = Math.max(across, down);
  const angle = (offset: number) => Math.asin(Math.min(1, Math.max(-1, offset / (0.6 * scale))));
  return { yaw: angle(sideways), pitch: angle(downwards - 0.05 * scale), roll };
}

const middle = ([ax, ay]: Point, [bx, by]: Point): Point => [(ax + bx) / 2, (ay + by) / 2];
