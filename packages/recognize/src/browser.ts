/** Entry point for browsers, on onnxruntime-web. */
export type { Photograph } from './faces/photograph.ts';
export type { FaceQuality } from './faces/quality.ts';
export type { Enrolled, EnrollOptions, Gallery, IdentifiedFace } from './gallery/gallery.ts';
export { type FaceGroups, type GroupedFace, type GroupOptions, groupFaces } from './gallery/group-faces.ts';
export { enrolledPeople, openGallery } from './gallery/open-gallery.web.ts';
export type { IdentifyOptions } from './gallery/open-set.ts';
export type { Person } from './gallery/person.ts';
export type { Candidate, EnrolledPeople } from './gallery/stored-people.ts';
export type { RefusedPhotograph } from './gallery/templates.ts';
export { bundledNetwork } from './network/bundled.web.ts';
export { openRecognizer, type WebRecognizerOptions } from './open-recognizer.web.ts';
export type {
  EmbeddedPhotographs,
  EmbedPhotographsOptions,
  FacesOfPhotograph,
  MissingFace,
  RecognizedFace,
  Recognizer,
} from './recognizer.ts';
export type { FalseMatchRate, Subject, Verdict, VerdictOptions } from './verdict.ts';
