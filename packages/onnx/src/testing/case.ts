import type { HostTensor } from '@hm/tensor';
import type { CompareOptions, Program } from './compare.ts';

/** A program on which a kernel is compared. */
export interface Case extends CompareOptions {
  name: string;
  program: Program;
  inputs: readonly HostTensor[];
}

/** Cases by the tfjs kernel that they call. */
export type Cases = Record<string, readonly Case[]>;

/** Creates a case in one line. */
export const on = (
  name: string,
  program: Program,
  inputs: readonly HostTensor[],
  options: CompareOptions = {},
): Case => ({ name, program, inputs, ...options });
