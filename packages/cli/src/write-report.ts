import type { VerificationProtocol } from '@hm/datasets';
import type { VerificationResult } from '@hm/eval';
import { writeResult } from './output.ts';

/** Writes an evaluation's page, with pictures if the protocol is given. */
export async function writeReport(
  file: string,
  result: VerificationResult,
  thumbnails: VerificationProtocol | undefined,
): Promise<void> {
  const { toHtml } = await import('@hm/eval');
  await writeResult(file, await toHtml(result, { thumbnails }));
}
