import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Loader and drivers of Vulkan, which WebGPU needs under Linux. */
export interface Vulkan {
  /** Path of the loader; null if it is not in a library folder. */
  loader: string | null;
  /** Paths of the drivers' manifests. */
  drivers: string[];
  /** Advice on how to install what is missing; empty if nothing is. */
  fix: string;
}

/** Places to look for the parts of Vulkan. */
export interface VulkanPlaces {
  environment: Readonly<Record<string, string | undefined>>;
  libraries: readonly string[];
  manifests: readonly string[];
}

const system: VulkanPlaces = {
  environment: process.env,
  libraries: ['/usr/lib/x86_64-linux-gnu', '/usr/lib/aarch64-linux-gnu', '/usr/lib64', '/usr/lib'],
  manifests: ['/etc/vulkan/icd.d', '/usr/local/share/vulkan/icd.d', '/usr/share/vulkan/icd.d'],
};

/** Looks for Vulkan's loader and drivers without loading them. */
export function describeVulkan({ environment, libraries, manifests }: VulkanPlaces = system): Vulkan {
  const folders = [...split(environment.LD_LIBRARY_PATH), ...libraries];
  const loader = folders.map((folder) => join(folder, 'libvulkan.so.1')).find(existsSync) ?? null;
  // These variables name the drivers to use instead of the installed ones. The second one is the older name.
  const named = split(environment.VK_DRIVER_FILES ?? environment.VK_ICD_FILENAMES);
  const drivers = named.length > 0 ? named.filter(existsSync) : manifests.flatMap(manifestsIn);
  return { loader, drivers, fix: [loaderFix(loader), driverFix(drivers, named)].filter(Boolean).join(' ') };
}

const split = (paths: string | undefined) => (paths ?? '').split(':').filter(Boolean);

const manifestsIn = (folder: string): string[] =>
  existsSync(folder)
    ? readdirSync(folder)
        .filter((file) => file.endsWith('.json'))
        .map((file) => join(folder, file))
    : [];

const loaderFix = (loader: string | null) =>
  loader === null ? 'Install Vulkan’s loader (Debian: libvulkan1).' : '';

function driverFix(drivers: readonly string[], named: readonly string[]): string {
  if (drivers.length > 0) return '';
  if (named.length > 0) return `VK_DRIVER_FILES or VK_ICD_FILENAMES names no file that exists: ${named}.`;
  return 'Install the graphics driver with its Vulkan part, or name one in VK_ICD_FILENAMES.';
}
