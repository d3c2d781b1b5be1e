import { offerSoftwareGpu } from '../../../../tools/software-gpu.ts';
import { identityModel } from '../identity-model.ts';
import { createSession, describeProviders } from '../session.ts';

offerSoftwareGpu();

const { usable, reason } = (await describeProviders()).find(({ provider }) => provider === 'webgpu')!;

/** Whether WebGPU runs here, and what a title says if it does not. For tests. */
export const webgpu = { usable, note: usable ? '' : ` (not here: ${reason})` };

// Compiled shaders live as long as a session does.
export const keptAlive = usable ? await createSession(identityModel(), { provider: 'webgpu' }) : undefined;
