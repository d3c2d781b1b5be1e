import type { OptionKinds } from '@hm/tensor/host';
import type { ThresholdSearch } from '../metrics/best-threshold.ts';
import { type PoolingOptions, poolingOptions } from '../templates/pool-templates.ts';
import type { PairwiseAggregation } from '../templates/template-distances.ts';
import type { Distance } from './pair-distances.ts';

/** Options for templates of several images. */
export interface TemplateOptions extends PoolingOptions {
  /**
   * How templates are compared. Default `mean-embedding`: one embedding for each template; see {@link poolTemplates}.
   */
  aggregation?: 'mean-embedding' | PairwiseAggregation | undefined;
}

/** Options for scoring pairs. */
export interface ScoreOptions {
  /** Distance of two embeddings. Default `squared-euclidean`. */
  distance?: Distance | undefined;
  /** How the best threshold is searched. Default `exact`. */
  thresholdSearch?: ThresholdSearch | undefined;
  /**
   * A threshold found elsewhere, such as on View 1's training pairs, or `best` for the best on these same pairs,
   * which is optimistic. Default: each fold is judged by the best threshold of the others.
   */
  threshold?: number | 'best' | undefined;
  /**
   * True to subtract the mean embedding of the other folds' pairs before computing the distance, as SphereFace's code
   * and, with `squared-euclidean-raw`, facenet's code can. Default false.
   */
  center?: boolean | undefined;
  /**
   * False match rate of all impostor pairs at which groups are compared and low-quality pairs discarded, as NIST and
   * ISO/IEC 19795-10 do. Default: at the threshold of the accuracy.
   */
  fmr?: number | undefined;
  /** Options for a protocol whose pairs are of templates. */
  templates?: TemplateOptions | undefined;
  /** True to keep every pair's distance in the result. Default false. */
  scores?: boolean | undefined;
}

/** Types of the members of {@link TemplateOptions}. */
export const templateOptions: OptionKinds<TemplateOptions> = { ...poolingOptions, aggregation: 'string' };

/** Types of the members of {@link ScoreOptions}. */
export const scoreOptions: OptionKinds<ScoreOptions> = {
  ...{ distance: 'string', thresholdSearch: 'string', threshold: ['number', 'string'] },
  ...{ center: 'boolean', fmr: 'number', templates: 'object', scores: 'boolean' },
};
