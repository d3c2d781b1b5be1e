import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Returns the folder of real photographs that some tests use: `HM_DATA`, or `../shared/data` beside the repository. */
export function sharedData(): string | undefined {
  const folder = process.env.HM_DATA ?? fileURLToPath(new URL('../../shared/data', import.meta.url));
  return existsSync(folder) ? folder : undefined;
}
