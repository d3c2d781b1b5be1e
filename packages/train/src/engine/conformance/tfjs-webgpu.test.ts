import { conforms } from './conformance.ts';
import { reasonAgainst } from './reason-against.ts';
import { softwareVulkan } from './software-vulkan.ts';

softwareVulkan();
const skip = await reasonAgainst('webgpu');
conforms({ kind: 'tfjs', backend: 'webgpu' }, { loss: 1e-5, state: 1e-4, slow: true, skip });
