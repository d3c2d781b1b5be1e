import { writeFile } from 'node:fs/promises';
import type { VerificationProtocol } from '@hm/datasets';
import type { VerificationResult } from '@hm/eval';
import { UnavailableError } from '@hm/tensor/host';

/** Writes an evaluation's page, with pictures if the protocol is given. */
export async function writeReport(
  file: string,
  result: VerificationResult,
  thumbnails: VerificationProtocol | undefined,
): Promise<void> {
  const { toHtml } = await import('@hm/eval');
  await writeText(file, await toHtml(result, { thumbnails }));
}

/** Writes a text file. @throws {UnavailableError} if that is not possible. */
export async function writeText(file: string, text: string): Promise<void> {
  await writeFile(file, text).catch((cause: NodeJS.ErrnoException) => {
    throw new UnavailableError({
      where: 'hm',
      expected: `to write ${file}`,
      received: cause.message,
      fix: 'Check that the folder exists and can be written.',
      fields: { path: file },
      cause,
    });
  });
}
