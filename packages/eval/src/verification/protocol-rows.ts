import type { ProtocolImage, VerificationPair, VerificationProtocol } from '@hm/datasets';
import type { HostTensor } from '@hm/tensor/host';
import { poolTemplates } from '../templates/pool-templates.ts';
import { type PairwiseAggregation, templateDistances } from '../templates/template-distances.ts';
import { type Distance, pairDistances } from './pair-distances.ts';
import type { TemplateOptions } from './score-options.ts';

/** What the pairs of a protocol index: rows of embeddings, or templates that are compared image by image. */
export interface ProtocolRows {
  embeddings: HostTensor<'float32'>;
  nameOf(row: number): string;
  pairwise?: { aggregation: PairwiseAggregation; templates: readonly (readonly number[])[] };
}

/**
 * Returns the rows of a protocol: images, templates pooled to one embedding each, or templates with all their images.
 */
export function protocolRows(
  embeddings: HostTensor<'float32'>,
  { images, templates }: VerificationProtocol,
  { aggregation = 'mean-embedding', ...pooling }: TemplateOptions = {},
): ProtocolRows {
  const nameOf = (row: number) => images[row]!.id;
  if (templates === undefined) return { embeddings, nameOf };
  if (aggregation !== 'mean-embedding') return { embeddings, nameOf, pairwise: { aggregation, templates } };
  return {
    embeddings: poolTemplates(embeddings, templates, images, pooling),
    nameOf: (row) => `the template of ${nameOfFirst(images, templates[row]!)}`,
  };
}

/** Computes the distances of pairs of rows. */
export function compareRows(
  { embeddings, nameOf, pairwise }: ProtocolRows,
  pairs: readonly VerificationPair[],
  distance: Distance,
): Float64Array {
  if (pairwise === undefined) return pairDistances(embeddings, pairs, distance, nameOf);
  const { templates, aggregation } = pairwise;
  return templateDistances(embeddings, templates, pairs, aggregation, distance, nameOf);
}

const nameOfFirst = (images: readonly ProtocolImage[], template: readonly number[]) =>
  images[template[0]!]!.id;
