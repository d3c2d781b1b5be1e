import { offerSoftwareGpu } from '../../../../tools/software-gpu.ts';
import { identityModel } from '../identity-model.ts';
import { createSession, describeProviders } from '../session.ts';

offerSoftwareGpu();

const { usable, reason } = (await describeProviders()).find(({ provider }) => provider === 'webgpu')!;

/** Whether WebGPU runs here, and a note for the titles of tests if it does not. */
export const webgpu = { usable, note: usable ? '' : ` (not here: ${reason})` };

// Compiled shaders live only as long as a session does.
export const keptAlive = usable ? await createSession(identityModel(), { provider: 'webgpu' }) : undefined;
