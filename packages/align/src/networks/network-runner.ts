import { createSession, type SessionOptions } from '@hm/onnx/session';
import type { HostTensor } from '@hm/tensor/host';

type Outputs = Record<string, HostTensor>;

/** MTCNN as ONNX files: P-Net, R-Net and O-Net. */
export interface MtcnnModels {
  propose: Uint8Array;
  refine: Uint8Array;
  output: Uint8Array;
}

/** The three networks, loaded, which take host tensors of RGB values 0–255. */
export interface Networks {
  /** Runs P-Net: `canvas` `[1, H, W, 3]` with even H and W, `mask` `[1, H - 2, W - 2, 1]`. */
  propose(canvas: HostTensor<'float32'>, mask: HostTensor<'float32'>): Promise<Outputs>;
  /** Runs R-Net: `crops` `[B, 24, 24, 3]`. */
  refine(crops: HostTensor<'float32'>): Promise<Outputs>;
  /** Runs O-Net: `crops` `[B, 48, 48, 3]`. */
  output(crops: HostTensor<'float32'>): Promise<Outputs>;
  release(): Promise<void>;
}

/** Loads the networks into ONNX Runtime. */
export async function openNetworks(models: MtcnnModels, options: SessionOptions): Promise<Networks> {
  const propose = await createSession(models.propose, options);
  const refine = await createSession(models.refine, options);
  const output = await createSession(models.output, options);
  return {
    propose: (canvas, mask) => propose.run({ canvas, mask }),
    refine: (crops) => refine.run({ crops }),
    output: (crops) => output.run({ crops }),
    async release() {
      await Promise.all([propose, refine, output].map((session) => session.release()));
    },
  };
}
