import type { Template } from '@hm/align';
import { decodeImage, type ImageSource } from '@hm/datasets';
import { HmError } from '@hm/tensor/host';
import { faultOf, notAPhotograph, type Source, sourceOf } from './decode.node.ts';
import type { FaceFinder } from './face-finder.node.ts';
import type { Photograph } from './photograph.ts';
import { qualityOf } from './quality.ts';

/** Takes photographs for faces that are aligned already, and looks for none. */
export const alignedFaces = (template: Template): FaceFinder => ({
  async find(photograph: Photograph, name: string) {
    const { width, height, landmarks } = template;
    const source = await sourceOf(photograph, name);
    const decoding = decodeImage(imageSource(source), { height, width, name });
    const { pixels } = await decoding.catch(async (error: unknown) => {
      throw HmError.isInstance(error) ? notAPhotograph(name, await faultOf(source), error) : error;
    });
    const aligned = { pixels: new Uint8Array(pixels), height, width };
    const quality = qualityOf(landmarks, aligned);
    return {
      ...{ width, height },
      faces: [{ box: [0, 0, width - 1, height - 1], landmarks, score: 1, quality, aligned }],
    };
  },
  expect: () => 32,
  release: async () => undefined,
});

function imageSource(source: Source): ImageSource {
  if (typeof source === 'string') return { path: source };
  return source instanceof Uint8Array ? { bytes: source } : source;
}
