import type { Landmarks, Point } from '@hm/align/browser';
import type { RgbImage } from '@hm/images/browser';

/** Quality of a face for recognition. */
export interface FaceQuality {
  /** Distance between the eyes, in pixels. */
  size: number;
  /** Amount of the finest detail, from 0: below about 0.02 the face is out of focus or enlarged. */
  sharpness: number;
  /** Angles of the head in radians, estimated from the five points; 0 faces the camera. */
  pose: { yaw: number; pitch: number; roll: number };
  /** Exposure, from 0 (all black or all white) to 1. */
  exposure: number;
  /** Length of the embedding. */
  norm: number;
  /** Combination of all measures except the norm, from 0 to 1: the weight in a template. */
  score: number;
}

/** Result of {@link qualityOf}: the quality without that of the embedding. */
export type ImageQuality = Omit<FaceQuality, 'norm'>;

/** Computes the quality of a face from its landmarks in the photograph and its aligned image. */
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

/** Returns 0 up to `low`, 1 from `high`, and interpolates linearly between. */
const ramp = (value: number, low: number, high: number): number =>
  Math.min(1, Math.max(0, (value - low) / (high - low)));

function luminance({ pixels }: RgbImage): Float32Array {
  const light = new Float32Array(pixels.length / 3);
  for (let k = 0; k < light.length; k++)
    light[k] = (0.299 * pixels[3 * k]! + 0.587 * pixels[3 * k + 1]! + 0.114 * pixels[3 * k + 2]!) / 255;
  return light;
}

/** Mean absolute Laplacian over the middle of the face, relative to its contrast. */
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
 * Estimates the pose on an average head, whose nose stands out by about 0.6 eye distances. Yaw comes from the nose's
 * place between the eyes' and the mouth's middle, pitch from its height between them, and roll from the line of the
 * eyes.
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
  // The larger of the two lengths is the one that turning the head has not shortened.
  const scale = Math.max(across, down);
  const angle = (offset: number) => Math.asin(Math.min(1, Math.max(-1, offset / (0.6 * scale))));
  return { yaw: angle(sideways), pitch: angle(downwards - 0.05 * scale), roll };
}

const middle = ([ax, ay]: Point, [bx, by]: Point): Point => [(ax + bx) / 2, (ay + by) / 2];
