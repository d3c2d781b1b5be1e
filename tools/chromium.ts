import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';
import { softwareDriver } from './software-gpu.ts';

const places = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** Finds the installed Chromium that some tests use: `HM_CHROMIUM`, or the usual path on Debian and others. */
export function installedChromium(): string | undefined {
  const found = [process.env.HM_CHROMIUM, ...places].find((path) => path && existsSync(path));
  if (found === undefined) console.log('tests in Chromium are skipped: none is installed (set HM_CHROMIUM)');
  return found;
}

/** Starts Chromium with WebGPU on the software GPU from Debian's package, if it is there. */
export const launchWithSoftwareGpu = (path: string): Promise<Browser> =>
  launchChromium(
    path,
    ['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader', '--enable-features=Vulkan'],
    { VK_ICD_FILENAMES: softwareDriver },
  );

/** Starts Chromium without a window. */
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
