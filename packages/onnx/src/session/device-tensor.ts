import type { HostDtype, HostTensor } from '@hm/tensor/host';
import type { Tensor } from '../runtime.ts';

/** A tensor in a device's memory: an output that stays there, to be fed to a session again. */
export interface DeviceTensor {
  readonly dtype: HostDtype;
  readonly shape: readonly number[];
  /** Where ONNX Runtime stores it: `gpu-buffer`. */
  readonly location: string;
  /** Frees its memory. It cannot be fed afterwards. */
  dispose(): void;
}

/** A device tensor as this package creates it. */
export class HeldTensor implements DeviceTensor {
  readonly dtype: HostDtype;
  readonly shape: readonly number[];
  readonly location: string;
  readonly tensor: Tensor;
  readonly #forget: (tensor: HeldTensor) => void;
  #disposed = false;

  constructor(tensor: Tensor, forget: (tensor: HeldTensor) => void) {
    this.tensor = tensor;
    this.dtype = tensor.type as HostDtype;
    this.shape = tensor.dims;
    this.location = tensor.location;
    this.#forget = forget;
  }

  get disposed(): boolean {
    return this.#disposed;
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.tensor.dispose();
    this.#forget(this);
  }
}

/** An input of a session. */
export type Feed = HostTensor | DeviceTensor;
