import { defineConfig, type UserConfig } from 'tsdown';

/** Build options shared by all packages: ESM, one output file per source file, with declarations beside them. */
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
