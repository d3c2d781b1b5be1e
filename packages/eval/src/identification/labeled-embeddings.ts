import { type HostTensor, InvalidArgumentError } from '@hm/tensor/host';

/** Embeddings `[N, D]` of known people. */
export interface LabeledEmbeddings {
  embeddings: HostTensor<'float32'>;
  /** Person of each row; null for a distractor, whom no probe shows. */
  labels: readonly (string | number | null)[];
}

/** @throws {InvalidArgumentError} unless there is a label for each row. */
export function assertLabels(where: string, what: string, { embeddings, labels }: LabeledEmbeddings): void {
  if (embeddings.shape[0] === labels.length && labels.length > 0) return;
  throw new InvalidArgumentError({
    where,
    expected: `a label for each embedding of the ${what}, and at least one`,
    received: `${labels.length} labels for [${embeddings.shape.join(', ')}]`,
    fix: 'Label every row; a distractor is null.',
  });
}
