import type { Dataset, VerificationProtocol } from '@hm/datasets';

/** Training and test data of a comparison: they share nobody. */
export interface ComparisonData {
  /** A sentence for the report. */
  description: string;
  train: Dataset;
  protocol: VerificationProtocol;
}
