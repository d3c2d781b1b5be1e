/** Entry point for browsers, on onnxruntime-web: images are given as pixels. */

export { type BorderedDetection, detectWithBorder } from './detect/detect-with-border.ts';
export type { DetectionOptions, Detector } from './detect/detector.ts';
export type { Face, Landmarks, Point } from './detect/face.ts';
export { loadMtcnn, type WebMtcnnOptions } from './detect/load-mtcnn.web.ts';
export { alignFace } from './place/align-face.ts';
export { alignImage } from './place/align-image.ts';
export { chooseFace, type FacePreference } from './place/choose-face.ts';
export { type Template, type TemplateName, templates } from './place/templates.ts';
export { type SimilarityTransform, umeyama } from './place/umeyama.ts';
export { warp } from './place/warp.ts';
