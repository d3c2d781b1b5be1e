import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { decodeImage, encodeImage, type ImageFormat, type RgbImage } from '@hm/images';
import { writeFileSafely } from '@hm/tensor/files';
import { HmError, UnavailableError } from '@hm/tensor/host';
import { detectWithBorder } from '../detect/detect-with-border.ts';
import type { Detector } from '../detect/detector.ts';
import type { Face } from '../detect/face.ts';
import { alignFace } from '../place/align-face.ts';
import { centerCrop } from '../place/center-crop.ts';
import { chooseFace, type FacePreference } from '../place/choose-face.ts';
import { type TemplateName, templates } from '../place/templates.ts';
import type { AlignmentRecord } from './alignment-record.ts';

/** Settings for all photographs of a folder. */
export interface PhotographSettings {
  input: string;
  /** Output folder; null keeps the aligned face in memory instead. */
  output: string | null;
  template: TemplateName;
  format: ImageFormat;
  prefer: FacePreference;
  noFace: 'skip' | 'center';
  centerFraction: number;
  border: number;
}

/** A photograph, relative to the input folder, and its output, relative to the output folder. */
export interface Photograph {
  path: string;
  output: string;
}

/** Result for a photograph, with the face if it is kept in memory. */
export interface AlignedPhotograph extends AlignmentRecord {
  image?: RgbImage;
}

/**
 * Reads, aligns and writes one photograph.
 *
 * @throws {UnavailableError} if the output cannot be written.
 */
export async function alignPhotograph(
  detector: Detector,
  photograph: Photograph,
  settings: PhotographSettings,
): Promise<AlignedPhotograph> {
  const image = await decode(join(settings.input, photograph.path));
  if (typeof image === 'string')
    return { ...blank(photograph, settings), status: 'undecodable', reason: image };
  const { faces, bordered } = await detectWithBorder(detector, image, settings.border);
  const face = chooseFace(faces, { ...image, prefer: settings.prefer });
  const aligned = face === undefined ? fallback(image, settings) : align(image, face, settings);
  const written = aligned !== undefined && settings.output !== null;
  if (written) await write(aligned, join(settings.output!, photograph.output), settings.format);
  return {
    ...blank(photograph, settings),
    status: face === undefined ? 'no-face' : 'aligned',
    output: written ? photograph.output : null,
    faces: faces.length,
    bordered,
    ...(face === undefined ? {} : rounded(face)),
    ...(aligned !== undefined && !written ? { image: aligned } : {}),
  };
}

async function decode(path: string): Promise<RgbImage | string> {
  try {
    return await decodeImage({ path });
  } catch (error) {
    if (HmError.isInstance(error)) return String(error.fields.reason ?? error.message);
    throw error;
  }
}

const align = (image: RgbImage, face: Face, { template }: PhotographSettings): RgbImage =>
  alignFace(image, face, template);

const fallback = (image: RgbImage, { noFace, template, centerFraction }: PhotographSettings) =>
  noFace === 'center' ? centerCrop(image, templates[template], centerFraction) : undefined;

const blank = ({ path }: Photograph, { template }: PhotographSettings) => ({
  path,
  output: null,
  template,
  box: null,
  landmarks: null,
  score: null,
  faces: 0,
  bordered: false,
});

/** Rounds to thousandths of a pixel, which is finer than the detector's accuracy and keeps the manifest small. */
function rounded({ box, landmarks, score }: Face): Face {
  const round = (value: number) => Math.round(value * 1000) / 1000;
  return {
    box: box.map(round) as unknown as Face['box'],
    landmarks: landmarks.map((point) => point.map(round)) as unknown as Face['landmarks'],
    score: Math.round(score * 1e6) / 1e6,
  };
}

async function write(image: RgbImage, path: string, format: ImageFormat): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFileSafely(path, await encodeImage(image, { format }));
  } catch (cause) {
    throw unwritable(path, cause instanceof Error ? cause.message : String(cause), cause);
  }
}

/** Returns the error for an output that cannot be written. */
export const unwritable = (path: string, received: string, cause?: unknown): UnavailableError =>
  new UnavailableError({
    where: 'alignFolder',
    expected: 'an output folder that can be written to',
    received,
    fix: 'Make room or check the permissions, then run again: finished images are kept.',
    fields: { path },
    cause,
  });
