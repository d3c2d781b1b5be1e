import { offerSoftwareGpu } from '../../../../../tools/software-gpu.ts';
import { conforms } from './conformance.ts';
import { reasonAgainst } from './reason-against.ts';

offerSoftwareGpu();
const skip = await reasonAgainst('webgpu');
conforms({ kind: 'tfjs', backend: 'webgpu' }, { loss: 1e-5, state: 1e-4, slow: true, skip });
