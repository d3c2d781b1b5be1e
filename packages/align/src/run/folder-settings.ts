import { createHash } from 'node:crypto';
import { extname, join } from 'node:path';
import { readRegularText, writeFileSafely } from '@hm/tensor/files';
import { americanSpelling, InvalidArgumentError } from '@hm/tensor/host';
import type { DetectionOptions } from '../detect/detector.ts';
import type { MtcnnWeights } from '../networks/weights.ts';
import type { PhotographSettings } from './align-photograph.ts';
import type { AlignmentRecord } from './alignment-record.ts';

/** Name of the file in the output folder that records how its faces were made. */
const SETTINGS = 'alignment-settings.json';

/**
 * Settings that a face in an output folder depends on. How images without a face are handled may change from run to
 * run.
 */
export type FolderSettings = Readonly<Record<string, unknown>>;

/** Returns the settings of a run in the form in which they are stored. */
export const folderSettings = (
  { template, format, prefer, border, noFace, centerFraction }: PhotographSettings,
  { minFaceSize, factor, thresholds }: DetectionOptions,
  weights: MtcnnWeights,
): FolderSettings => ({
  ...{ template, format, prefer, border },
  centerFraction: noFace === 'center' ? centerFraction : undefined,
  ...{ minFaceSize, factor, thresholds },
  weights: digest(weights),
});

function digest(weights: MtcnnWeights): string {
  const hash = createHash('sha256');
  for (const network of Object.values(weights))
    for (const { data } of Object.values(network))
      hash.update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  return hash.digest('hex').slice(0, 16);
}

/**
 * Refuses to continue in a folder whose faces were made in another way, because they would be mixed with those of
 * this run.
 *
 * @throws {InvalidArgumentError} with the first option that differs.
 */
export async function assertSameSettings(
  output: string,
  settings: FolderSettings,
  known: ReadonlyMap<string, AlignmentRecord>,
): Promise<void> {
  const written = [...known.values()].filter(({ output: file }) => file !== null);
  if (written.length === 0) return;
  const made = (await readSettings(output)) ?? settingsSeen(written, settings);
  for (const [option, wanted] of Object.entries(settings)) {
    const before = made[option];
    const isCrop = option === 'centerFraction' && (before === undefined || wanted === undefined);
    if (isCrop || JSON.stringify(before) === JSON.stringify(wanted)) continue;
    throw new InvalidArgumentError({
      where: 'alignFolder',
      expected: `${option} ${before ?? 'not given'}, with which the faces in ${output} were made`,
      received: wanted ?? 'none',
      fix: 'Choose another folder, or pass `overwrite`.',
      fields: { path: output, option: 'overwrite', setting: option },
    });
  }
}

export const writeSettings = (output: string, settings: FolderSettings): Promise<void> =>
  writeFileSafely(join(output, SETTINGS), `${JSON.stringify(settings, undefined, 2)}\n`);

async function readSettings(output: string): Promise<FolderSettings | undefined> {
  const text = await readRegularText(join(output, SETTINGS)).catch(() => 'null');
  try {
    return americanSpelling(JSON.parse(text) as FolderSettings | null) ?? undefined;
  } catch {
    return undefined;
  }
}

/** Infers settings from a manifest, for a folder that was made before settings were stored. */
function settingsSeen(records: readonly AlignmentRecord[], settings: FolderSettings): FolderSettings {
  const [{ template, output }] = records as [AlignmentRecord];
  const format = extname(output!).toLowerCase() === '.png' ? 'png' : 'jpeg';
  return { ...settings, template, format };
}
