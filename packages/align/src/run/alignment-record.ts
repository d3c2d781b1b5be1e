import type { Face } from '../detect/face.ts';
import type { TemplateName } from '../place/templates.ts';

/** Outcome of one image: a line of `alignment.jsonl`. */
export interface AlignmentRecord {
  /** The image, relative to the input folder, with `/` between. */
  path: string;
  /**
   * `existing`: an output was there already and no record of it. `no-face` may have an output all the same,
   * a centre crop.
   */
  status: 'aligned' | 'no-face' | 'undecodable' | 'existing';
  /** The written file, relative to the output folder; null if there is none. */
  output: string | null;
  template: TemplateName;
  /** `[left, top, right, bottom]`, pixels of the photograph. */
  box: Face['box'] | null;
  landmarks: Face['landmarks'] | null;
  score: number | null;
  /** Number of faces in the photograph. */
  faces: number;
  /** True if the face was only found with a border around the picture. */
  bordered: boolean;
  /** Why the image could not be decoded. */
  reason?: string;
}
