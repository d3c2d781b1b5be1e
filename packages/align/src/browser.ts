/** What runs in a browser too, with onnxruntime-web: images come as pixels. */
export { alignImage } from './align-image.ts';
export { chooseFace, type FacePreference } from './choose-face.ts';
export { type BorderedDetection, detectWithBorder } from './detect-with-border.ts';
export type { DetectionOptions, Detector } from './detector.ts';
export type { Face, Landmarks, Point } from './face.ts';
export { loadMtcnn, type WebMtcnnOptions } from './load-mtcnn.web.ts';
export { type Template, type TemplateName, templates } from './templates.ts';
export { type SimilarityTransform, umeyama } from './umeyama.ts';
export { warp } from './warp.ts';
