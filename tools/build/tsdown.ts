import { defineConfig, type UserConfig } from 'tsdown';

/** The build every package shares: ESM, one output file per source file, declarations beside them. */
export const library = (options: UserConfig): UserConfig =>
  defineConfig({
    format: 'esm',
    platform: 'neutral',
    target: 'node20.19',
    unbundle: true,
    dts: true,
    fixedExtension: false,
    ...options,
  });
