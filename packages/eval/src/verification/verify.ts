import type { VerificationPair, VerificationProtocol } from '@hm/datasets';
import { checkArguments, checkOptions, type OptionKinds } from '@hm/tensor/host';
import { type Embedder, type EmbedOptions, embedOptions } from '../embedder/embedder.ts';
import { assertScorable } from './assert-scorable.ts';
import { sizeNotes } from './protocol-notes.ts';
import { scoreEmbeddings } from './score-embeddings.ts';
import { type ScoreOptions, scoreOptions } from './score-options.ts';
import type { VerificationResult } from './verification-result.ts';

/** Options of {@link verify}. */
export interface VerifyOptions extends EmbedOptions, ScoreOptions {}

/** Types of the members of {@link VerifyOptions}. */
export const verifyOptions: OptionKinds<VerifyOptions> = { ...embedOptions, ...scoreOptions };

/**
 * Scores a model on a verification protocol such as LFW's View 2. Each image that a pair names is embedded once, the
 * pairs are compared, and each fold is classified with the threshold of the others.
 *
 * @throws {InvalidArgumentError} if there are no pairs, a pair names a missing image, one kind of pair is missing, or
 * a fold is empty.
 * @throws {InvalidDataError} if an image is missing or cannot be decoded.
 * @throws {NonFiniteError} if an embedding is not finite.
 * @example
 * const { accuracy, standardError } = await verify(embedder, await lfwPairs('lfw-112x112'), { flip: 'sum' });
 */
export async function verify(
  embedder: Embedder,
  protocol: VerificationProtocol,
  options: VerifyOptions = {},
): Promise<VerificationResult> {
  const { flip = 'off', onProgress, ...scoring } = checkOptions('verify', options, verifyOptions);
  checkArguments(
    'verify',
    { embedder, protocol },
    { embedder: { has: ['name', 'provider'] }, protocol: { has: ['name', 'images'] } },
  );
  assertScorable(protocol, scoring);
  const used = usedImages(protocol);
  const notes = await sizeNotes(used.images[0]!, embedder.preprocessing);
  const embeddings = await embedder.embed(used.images, { flip, onProgress });
  return scoreEmbeddings(
    embeddings,
    used,
    { model: embedder.name, metadata: embedder.metadata, flip, notes },
    scoring,
  );
}

/** Reduces a protocol to the images that its pairs name, each file once. */
function usedImages(protocol: VerificationProtocol): VerificationProtocol {
  const { images, pairs, templates } = protocol;
  const rows = new Map<string | number, number>();
  const used: number[] = [];
  const rowOf = (index: number) => {
    const image = images[index]!;
    const key = 'path' in image ? image.path : index;
    if (!rows.has(key)) rows.set(key, used.push(index) - 1);
    return rows.get(key)!;
  };
  const compared = templates
    ? { templates: templates.map((template) => template.map(rowOf)), pairs }
    : {
        pairs: pairs.map(
          (pair): VerificationPair => ({ ...pair, first: rowOf(pair.first), second: rowOf(pair.second) }),
        ),
      };
  return { ...protocol, ...compared, images: used.map((index) => images[index]!) };
}
