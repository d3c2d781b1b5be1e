import { join } from 'node:path';
import type { GroupedFace } from '@hm/recognize';
import { command } from '../../command.ts';
import { finiteNumber } from '../../options/parse-option.ts';
import { withoutUndefined } from '../../options/without-undefined.ts';
import { print, tell } from '../../output/print.ts';
import { progress } from '../../output/progress.ts';
import { calibratedOptions, withCalibration } from './gallery-options.ts';

/** `hm people group DIR`: groups the faces of a folder by person. */
export const group = () =>
  calibratedOptions(
    command('group')
      .description('Group the faces in a folder by person, without a gallery.')
      .argument('<folder>', 'folder of photographs')
      .option('--threshold <similarity>', 'smallest mean cosine similarity within a group', finiteNumber)
      .option('--far <rate>', 'acceptable false match rate (default: 0.001)', finiteNumber),
  ).action(async (folder, { threshold, far, json, ...options }) => {
    const recognizer = await withCalibration('hm people group', options);
    const line = progress('looking');
    try {
      const [{ listImages }, { groupFaces }] = await Promise.all([
        import('@hm/images'),
        import('@hm/recognize'),
      ]);
      const { images } = await listImages(folder);
      const paths = images.map((name) => join(folder, name));
      const onProgress = (done: number, total: number) => line.update(done, total);
      const found = await groupFaces(recognizer, paths, {
        ...withoutUndefined({ threshold, far }),
        onProgress,
      });
      line.stop();
      for (const { path, reason } of found.missing) tell(`${path}: ${reason}`);
      if (json) print(JSON.stringify(found.groups.map((faces) => faces.map(plain))));
      else
        for (const [index, faces] of found.groups.entries())
          print(`person ${index + 1}: ${faces.map(({ photograph }) => photograph).join(' ')}`);
    } finally {
      line.stop();
      await recognizer.release();
    }
  });

const plain = ({ photograph, box, score }: GroupedFace) => ({ photograph, box, score });
