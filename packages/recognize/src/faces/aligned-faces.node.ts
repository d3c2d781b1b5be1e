import type { Template } from '@hm/align';
import { decodeImage } from '@hm/images';
import { sourceOf } from './decode.node.ts';
import type { FaceFinder } from './face-finder.ts';
import { qualityOf } from './quality.ts';

/** Creates a finder that treats each photograph as an aligned face, without detection. */
export const alignedFaces = (template: Template): FaceFinder => ({
  async find(photograph, name) {
    const { width, height, landmarks } = template;
    const { pixels } = await decodeImage(await sourceOf(photograph, name), { height, width, name });
    const aligned = { pixels, height, width };
    const quality = qualityOf(landmarks, aligned);
    return {
      ...{ width, height },
      faces: [{ box: [0, 0, width - 1, height - 1], landmarks, score: 1, quality, aligned }],
    };
  },
  expect: () => 32,
  release: async () => undefined,
});
