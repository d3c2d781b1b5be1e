import { openRecognizer, type Recognizer } from '@hm/recognize/browser';
import { HmError } from '@hm/tensor/host';

/** Options for the page's recognizer. */
export interface ModelChoice {
  /** An ONNX file. If undefined, the network that comes with the page. */
  bytes: Uint8Array | undefined;
  /** Provider that runs the network. */
  provider: 'cpu' | 'webgpu';
  /** Preprocessing of the network's images, if the file does not contain it. */
  preprocessing: Recognizer['preprocessing'] | undefined;
  /** Use of the mirrored image. */
  flip: 'off' | 'sum' | 'concat';
}

/**
 * Opens a model for photographs. If it does not name its alignment template, it gets the usual one for its image size.
 */
export async function openModel({ bytes, ...options }: ModelChoice): Promise<Recognizer> {
  const weights = new URL('weights', document.baseURI).href;
  try {
    return await openRecognizer(bytes, { weights, ...options });
  } catch (error) {
    const found = HmError.isInstance(error) ? error.fields.preprocessing : undefined;
    if (found === undefined) throw error;
    const { width, height, ...rest } = found as Recognizer['preprocessing'];
    const template = width === 96 && height === 112 ? 'sphereface-112x96' : 'arcface-112x112';
    const preprocessing = { ...rest, width, height, template } as const;
    return openRecognizer(bytes, { weights, ...options, preprocessing });
  }
}
