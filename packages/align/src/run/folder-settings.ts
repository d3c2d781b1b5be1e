import { createHash } from 'node:crypto';
import { extname, join } from 'node:path';
import { readRegularText, writeFileSafely } from '@hm/tensor/files';
import { americanSpelling, InvalidArgumentError } from '@hm/tensor/host';
import type { DetectionOptions } from '../detect/detector.ts';
import type { MtcnnWeights } from '../networks/weights.ts';
import type { PhotographSettings } from './align-photograph.ts';
import type { AlignmentRecord } from './alignment-record.ts';
import type { Shard } from './shard.ts';

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
 * Returns the settings with which a folder's faces were made, also those of other shards; undefined if there are no
 * faces.
 */
export async function settingsOf(
  output: string,
  settings: FolderSettings,
  known: ReadonlyMap<string, AlignmentRecord> | undefined,
  { count }: Shard,
): Promise<FolderSettings | undefined> {
  const written = [...(known?.values() ?? [])].filter(({ output: file }) => file !== null);
  if (known && written.length === 0 && count === 1) return undefined;
  return (await readSettings(output)) ?? (written[0] && settingsSeen(written[0], settings));
}

/**
 * Refuses to continue in a folder whose faces were made in another way, because they would be mixed with those of
 * this run.
 *
 * @param made Settings of the faces in the folder, from {@link settingsOf}.
 * @throws {InvalidArgumentError} with the first option that differs.
 */
export function assertSameSettings(
  output: string,
  settings: FolderSettings,
  made: FolderSettings | undefined,
): void {
  const option = differing(settings, made);
  if (made === undefined || option === undefined) return;
  throw new InvalidArgumentError({
    where: 'alignFolder',
    expected: `${option} ${made[option] ?? 'not given'}, with which the faces in ${output} were made`,
    received: settings[option] ?? 'none',
    fix: 'Choose another folder, or pass `overwrite`.',
    fields: { path: output, option: 'overwrite', setting: option },
  });
}

/** Returns the first option that differs, if any. A centre crop may be added to a folder without any. */
export const differing = (settings: FolderSettings, made: FolderSettings | undefined): string | undefined =>
  made &&
  Object.keys(settings).find((option) => {
    const [before, wanted] = [made[option], settings[option]];
    const isCrop = option === 'centerFraction' && (before === undefined || wanted === undefined);
    return !isCrop && JSON.stringify(before) !== JSON.stringify(wanted);
  });

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
function settingsSeen({ template, output }: AlignmentRecord, settings: FolderSettings): FolderSettings {
  const format = extname(output!).toLowerCase() === '.png' ? 'png' : 'jpeg';
  return { ...settings, template, format };
}
