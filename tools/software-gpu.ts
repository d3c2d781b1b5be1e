import { existsSync } from 'node:fs';

/** Vulkan driver of the software GPU in Debian's package chromium. */
export const softwareDriver = '/usr/lib/chromium/vk_swiftshader_icd.json';

/** Makes the software GPU available to WebGPU, unless a driver is set. Call it before ONNX Runtime or Dawn starts. */
export function offerSoftwareGpu(): void {
  if (existsSync(softwareDriver)) process.env.VK_ICD_FILENAMES ??= softwareDriver;
}
