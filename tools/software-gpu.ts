import { existsSync } from 'node:fs';

/** A GPU in software, which Debian's package chromium brings. */
export const softwareDriver = '/usr/lib/chromium/vk_swiftshader_icd.json';

/** Lets WebGPU find it, unless a driver was chosen. To be called before ONNX Runtime or Dawn starts. */
export function offerSoftwareGpu(): void {
  if (existsSync(softwareDriver)) process.env.VK_ICD_FILENAMES ??= softwareDriver;
}
