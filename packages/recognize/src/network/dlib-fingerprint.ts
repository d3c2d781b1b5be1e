/** What templates belong to, whatever else changes in the file that is traced from the weights. */
export const dlibFingerprint = 'dlib_face_recognition_resnet_model_v1';
