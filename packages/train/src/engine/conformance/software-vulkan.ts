import { existsSync } from 'node:fs';

const driver = '/usr/lib/chromium/vk_swiftshader_icd.json';

/** Lets WebGPU run on the driver in software that Debian's chromium brings, unless another one is named. For tests. */
export function softwareVulkan(): void {
  if (existsSync(driver)) process.env.VK_ICD_FILENAMES ??= driver;
}
