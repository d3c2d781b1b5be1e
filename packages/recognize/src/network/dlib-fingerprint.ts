/** Fingerprint of the network in galleries. It stays the same if the file traced from the weights changes. */
export const dlibFingerprint = 'dlib_face_recognition_resnet_model_v1';
