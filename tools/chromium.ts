import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const places = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** The installed Chromium that some tests drive: `HM_CHROMIUM`, or where Debian and others put it. */
export function installedChromium(): string | undefined {
  const found = [process.env.HM_CHROMIUM, ...places].find((path) => path && existsSync(path));
  if (found === undefined) console.log('tests in Chromium are skipped: none is installed (set HM_CHROMIUM)');
  return found;
}

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
