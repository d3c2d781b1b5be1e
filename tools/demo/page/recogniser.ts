import { alignImage, type Detector, type Face, loadMtcnn } from '@hm/align/browser';
import { type Embedder, type Flip, loadEmbedder, pairDistances } from '@hm/eval/browser';
import type { RgbImage } from '@hm/images/browser';

type Provider = 'cpu' | 'webgpu';
type Preprocessing = Embedder['preprocessing'];

/**
 * Finds, aligns and compares faces. Only the model runs on the chosen provider: the detector has a graph for every size
 * of photograph, and a graphics card would have to compile each. ONNX Runtime runs one session at a time in a page.
 */
export class Recogniser {
  readonly #detector: Detector;
  readonly embedder: Embedder;
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(detector: Detector, embedder: Embedder) {
    this.#detector = detector;
    this.embedder = embedder;
  }

  static async load(
    model: Uint8Array,
    provider: Provider,
    preprocessing?: Preprocessing,
  ): Promise<Recogniser> {
    const embedder = await loadEmbedder(model, { provider, preprocessing });
    const weights = new URL('mtcnn/mtcnn_model-weights_manifest.json', document.baseURI).href;
    return new Recogniser(await loadMtcnn({ weights }), embedder);
  }

  detect(image: RgbImage): Promise<Face[]> {
    return this.#inTurn(() => this.#detector.detect(image));
  }

  /** The face as the model sees it. Models without a template get ArcFace's, scaled to their size. */
  align(image: RgbImage, face: Face): RgbImage {
    const { height, width, template } = this.embedder.preprocessing;
    const known = width === 96 && height === 112 ? 'sphereface-112x96' : 'arcface-112x112';
    return alignImage(image, face.landmarks, template === 'none' ? known : template);
  }

  /** The cosine of two aligned faces' embeddings, from -1 to 1. */
  similarity(first: RgbImage, second: RgbImage, flip: Flip): Promise<number> {
    return this.#inTurn(async () => {
      const embeddings = await this.embedder.embed([first, second], { flip });
      return 1 - pairDistances(embeddings, [{ first: 0, second: 1 }], 'cosine')[0]!;
    });
  }

  async release(): Promise<void> {
    await this.#inTurn(() => Promise.all([this.#detector.release(), this.embedder.release()]));
  }

  #inTurn<T>(task: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(task, task);
    this.#turn = result.catch(() => {});
    return result;
  }
}
