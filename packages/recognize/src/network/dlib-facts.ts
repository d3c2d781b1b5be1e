/** The graph itself subtracts the mean and scales. */
export const dlibPreprocessing = {
  height: 150,
  width: 150,
  channels: 'rgb',
  mean: 0,
  scale: 1,
  template: 'dlib-150x150',
} as const;

/** License, as stated by the author. */
export const dlibLicense = 'Public domain: Davis E. King gave dlib_face_recognition_resnet_model_v1 to it.';
