import file from '../../golden/losses.json';
import type { HardMiningOptions } from '../decorators/hard-mining-loss.ts';
import type { HeadOptions } from '../head-shorthand.ts';

/** Results of another library's autodiff in double precision, written by tools/golden/losses.py. For tests. */
export interface Golden {
  labels: number[];
  upstream: number[];
  heads: GoldenHead[];
  hardMining: GoldenHardMining[];
}

export interface GoldenHead {
  name: string;
  options: HeadOptions;
  step: number;
  inputs: { embeddings: number[][]; weight: number[][]; bias?: number[]; margin?: number[] };
  statisticsBefore?: Record<string, number>;
  losses: number[];
  logits: number[][];
  /** Gradients of `sum(upstream·losses) + penalty`. */
  gradients: Record<string, number[] | number[][]>;
  penalty?: number;
  statistics?: Record<string, number>;
}

export interface GoldenHardMining {
  options: HardMiningOptions;
  inputs: number[];
  upstream: number[];
  outputs: number[];
  gradient: number[];
}

export const golden = file as unknown as Golden;
