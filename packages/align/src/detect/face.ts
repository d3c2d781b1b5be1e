/** A point `[x, y]` in pixels; the centre of the top left pixel is `[0, 0]`. */
export type Point = readonly [x: number, y: number];

/** Landmarks of a face: left eye, right eye, nose, left and right corner of the mouth, as the viewer sees them. */
export type Landmarks = readonly [Point, Point, Point, Point, Point];

/** A detected face. */
export interface Face {
  /** `[left, top, right, bottom]` in pixels, pixel centres at whole numbers; may reach outside the image. */
  box: readonly [left: number, top: number, right: number, bottom: number];
  /** O-Net's probability, between its threshold and 1. */
  score: number;
  landmarks: Landmarks;
}
