import type { Cases } from '../case.ts';
import { binaryCases } from './binary.ts';
import { convolutionCases } from './convolution.ts';
import { matrixCases } from './matrix.ts';
import { reduceCases } from './reduce.ts';
import { shapeCases } from './shape.ts';
import { unaryCases } from './unary.ts';

/** Cases of every kernel. */
export const cases: Cases = {
  ...unaryCases,
  ...binaryCases,
  ...reduceCases,
  ...shapeCases,
  ...matrixCases,
  ...convolutionCases,
};
