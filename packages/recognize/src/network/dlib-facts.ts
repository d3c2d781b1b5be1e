/** Mean and scale are in the graph. */
export const dlibPreprocessing = {
  height: 150,
  width: 150,
  channels: 'rgb',
  mean: 0,
  scale: 1,
  template: 'dlib-150x150',
} as const;

/** What the author says. */
export const dlibLicense = 'Public domain: Davis E. King gave dlib_face_recognition_resnet_model_v1 to it.';
