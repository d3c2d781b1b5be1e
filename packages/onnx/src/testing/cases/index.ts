import type { Cases } from '../case.ts';
import { binaryCases } from './binary.ts';
import { unaryCases } from './unary.ts';

/** Cases of every kernel. */
export const cases: Cases = { ...unaryCases, ...binaryCases };
