import { offerSoftwareGpu } from '../../../../../tools/software-gpu.ts';
import { conforms } from './conformance.ts';

offerSoftwareGpu();
const { describeProviders } = await import('@hm/onnx/session');
const { usable, reason } = (await describeProviders()).find(({ provider }) => provider === 'webgpu')!;
const skip = usable ? undefined : reason;
conforms({ kind: 'onnx', provider: 'webgpu' }, { loss: 1e-5, state: 1e-4, slow: true, skip });
