import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** An empty home folder and an empty temporary folder, for a process that must leave nothing in them. */
export interface EmptyHome {
  /** Environment for a process that uses the folders, without variables that disable telemetry. */
  environment: NodeJS.ProcessEnv;
  /** Returns the files that are there now. */
  left(): string[];
  /** Removes both folders. */
  dispose(): void;
}

export function emptyHome(): EmptyHome {
  const root = mkdtempSync(join(tmpdir(), 'hm-home-'));
  const [home, temporary] = [join(root, 'home'), join(root, 'temporary')];
  for (const folder of [home, temporary]) mkdirSync(folder);
  const { ORT_DISABLE_TELEMETRY: _, XDG_CACHE_HOME: __, XDG_CONFIG_HOME: ___, ...inherited } = process.env;
  const places = { HOME: home, USERPROFILE: home, TMPDIR: temporary, TEMP: temporary, TMP: temporary };
  return {
    environment: { ...inherited, ...places },
    left: () => [home, temporary].flatMap((folder) => readdirSync(folder, { recursive: true }).map(String)),
    dispose: () => rmSync(root, { recursive: true, force: true }),
  };
}
