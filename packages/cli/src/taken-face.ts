import type { RecognizerOptions } from '@hm/recognize';

/** Describes which of several faces in a photograph is used: `the one nearest to the center`. */
export const takenFace = (prefer: RecognizerOptions['prefer'] = 'largest'): string => FACES[prefer];

const FACES = {
  largest: 'the largest',
  center: 'the one nearest to the center',
  'highest-score': 'the one that the detector is surest of',
} as const satisfies Record<NonNullable<RecognizerOptions['prefer']>, string>;
