import { describeProviders } from '@hm/onnx/session';
import { conforms } from './conformance.ts';

// TensorFloat-32 has ten bits behind the point; the driver reads this once, as CUDA starts.
process.env.NVIDIA_TF32_OVERRIDE ??= '0';
const { usable, reason } = (await describeProviders()).find(({ provider }) => provider === 'cuda')!;
const skip = usable ? undefined : reason;
conforms({ kind: 'onnx', provider: 'cuda' }, { loss: 1e-5, state: 1e-4, skip });
