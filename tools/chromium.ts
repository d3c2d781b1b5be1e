import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';
import { softwareDriver } from './software-gpu.ts';

const places = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** The installed Chromium that some tests drive: `HM_CHROMIUM`, or where Debian and others put it. */
export function installedChromium(): string | undefined {
  const found = [process.env.HM_CHROMIUM, ...places].find((path) => path && existsSync(path));
  if (found === undefined) console.log('tests in Chromium are skipped: none is installed (set HM_CHROMIUM)');
  return found;
}

/** Starts it with WebGPU on the GPU in software that Debian's package brings, where there is one. */
export const launchWithSoftwareGpu = (path: string): Promise<Browser> =>
  launchChromium(
    path,
    ['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader', '--enable-features=Vulkan'],
    { VK_ICD_FILENAMES: softwareDriver },
  );

/** Starts it without a window. */
export const launchChromium = (
  path: string,
  args: string[] = [],
  env: Record<string, string> = {},
): Promise<Browser> =>
  chromium.launch({
    executablePath: path,
    args: ['--no-sandbox', ...args],
    env: { ...(process.env as Record<string, string>), ...env },
  });
