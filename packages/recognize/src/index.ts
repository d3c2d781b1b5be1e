export type { MissingFace } from './faces-of.ts';
export {
  type EmbeddedPhotographs,
  type Hit,
  openRecognizer,
  type Recognizer,
  type RecognizerOptions,
  type Verdict,
} from './open-recognizer.ts';
export type { VerdictOptions } from './threshold-of.ts';
