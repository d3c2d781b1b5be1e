import type { Face } from '../detect/face.ts';
import type { TemplateName } from '../place/templates.ts';

/** Result for one image: a line of `alignment.jsonl`. */
export interface AlignmentRecord {
  /** Path of the image, relative to the input folder, separated by `/`. */
  path: string;
  /**
   * Status of the image. `existing`: there already was an output without a record. `no-face` may still have an
   * output, a centre crop.
   */
  status: 'aligned' | 'no-face' | 'undecodable' | 'existing';
  /** Path of the written file, relative to the output folder; null if there is none. */
  output: string | null;
  template: TemplateName;
  /** Box of the face, `[left, top, right, bottom]` in pixels of the photograph. */
  box: Face['box'] | null;
  landmarks: Face['landmarks'] | null;
  score: number | null;
  /** Number of faces in the photograph. */
  faces: number;
  /** True if the face was found only with a border around the photograph. */
  bordered: boolean;
  /** Reason why the image could not be decoded. */
  reason?: string;
  /** True until a run with `overwrite`, which has begun, comes to the image. */
  outdated?: boolean;
}
