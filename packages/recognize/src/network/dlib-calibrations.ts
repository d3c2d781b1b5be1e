import type { ModelCalibration } from '@hm/eval/browser';

/** What dlib's similarities mean. */
export const dlibCalibrations: readonly ModelCalibration[] = [];
