import type { Dataset, VerificationProtocol } from '@hm/datasets';

/** Training and test data of a comparison. No person is in both. */
export interface ComparisonData {
  /** Description of the data in a sentence, for the report. */
  description: string;
  train: Dataset;
  protocol: VerificationProtocol;
}
