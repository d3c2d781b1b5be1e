import { openRecognizer, type Recognizer } from '@hm/recognize/browser';
import { HmError } from '@hm/tensor/host';

/** What a recognizer of the page is made of. */
export interface ModelChoice {
  /** An ONNX file; without one the network that comes with the page. */
  bytes: Uint8Array | undefined;
  provider: 'cpu' | 'webgpu';
  preprocessing: Recognizer['preprocessing'] | undefined;
  flip: 'off' | 'sum' | 'concat';
}

/** Opens a model for photographs. One that does not say which template its faces are aligned to gets the usual one of its size. */
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
