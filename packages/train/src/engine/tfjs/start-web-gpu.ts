import { UnavailableError } from '@hm/tensor';
import * as tf from '@tensorflow/tfjs-core';
import { enginePackages, importPackage, notStarted, unusable } from './engine-package.ts';
import { onBackend, type StartedBackend } from './started-backend.ts';

const NAME = 'webgpu';

/** Parts of a WebGPU device that are used here. */
interface Device {
  lost: Promise<{ message: string }>;
  addEventListener(kind: 'uncapturederror', listener: (event: { error: { message: string } }) => void): void;
}

interface Adapter {
  info: { vendor: string; architecture: string; description: string };
}

interface Gpu {
  requestAdapter(options?: object): Promise<Adapter | null>;
}

interface WebGpuModule {
  create(flags: string[]): Gpu;
  globals: Record<string, unknown>;
}

const DRIVER =
  'Install a driver for Vulkan, Metal or D3D12 (`hm doctor` says which it finds), or use another engine.';

/**
 * Starts tfjs's WebGPU backend on the program's `navigator.gpu`, or on that of the npm package webgpu, which is then
 * set permanently.
 *
 * @throws {UnavailableError} if a package is missing, or there is no driver that WebGPU can use.
 */
export async function startWebGpu(): Promise<StartedBackend> {
  const description = await describeAdapter(await provideGpu());
  const device = await startDevice();
  const failures: string[] = [];
  device.addEventListener('uncapturederror', ({ error }) => failures.push(error.message));
  void device.lost.then(({ message }) => failures.push(`the device was lost: ${message}`));
  return {
    name: NAME,
    description,
    compute: (work) => onBackend(NAME, work),
    check() {
      if (failures.length > 0) throw failed(failures[0]!);
    },
  };
}

/** Returns the program's `navigator.gpu`. If missing, sets it and the `GPU*` constants, which the backend looks for. */
async function provideGpu(): Promise<Gpu> {
  const { navigator = {} } = globalThis as { navigator?: { gpu?: Gpu } };
  if (navigator.gpu) return navigator.gpu;
  const { webgpu } = enginePackages('webgpu');
  if (!webgpu.usable) throw unusable(NAME, [webgpu]);
  const { create, globals } = (await importPackage(webgpu)) as WebGpuModule;
  const gpu = create([]);
  Object.assign(globalThis, globals);
  Object.defineProperty(navigator, 'gpu', { value: gpu, configurable: true });
  if (!('navigator' in globalThis))
    Object.defineProperty(globalThis, 'navigator', { value: navigator, configurable: true });
  return gpu;
}

async function describeAdapter(gpu: Gpu): Promise<string> {
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
  if (adapter === null) throw notStarted(NAME, 'no adapter: WebGPU finds no driver that it can use', DRIVER);
  const { description, vendor, architecture } = adapter.info;
  return [vendor, architecture, description].filter(Boolean).join(' ');
}

/** Starts the backend without making it current while its asynchronous start is pending. */
async function startDevice(): Promise<Device> {
  const { registry } = tf.engine();
  if (!(NAME in registry)) {
    const start = tf.findBackendFactory(NAME) ?? (await loadFactory());
    const backend = await Promise.resolve(start()).catch((cause) => {
      throw notStarted(NAME, cause, DRIVER);
    });
    tf.removeBackend(NAME);
    tf.registerBackend(NAME, () => backend);
  }
  return (onBackend(NAME, () => tf.backend()) as unknown as { device: Device }).device;
}

async function loadFactory() {
  const packages = enginePackages('@tensorflow/tfjs-backend-webgpu');
  const { '@tensorflow/tfjs-backend-webgpu': backend } = packages;
  if (!backend.usable) throw unusable(NAME, [backend]);
  await importPackage(backend);
  const factory = tf.findBackendFactory(NAME);
  if (factory) return factory;
  const fix = `Do not import ${backend.name} before training starts: it looks for navigator.gpu only then.`;
  throw notStarted(NAME, `${backend.name} was loaded before there was a navigator.gpu`, fix);
}

const failed = (message: string) =>
  new UnavailableError({
    where: 'engine tfjs-webgpu',
    expected: 'a device that computes every step',
    received: message,
    fix: 'Resume from the newest checkpoint with a smaller batch, or on another engine.',
    fields: { backend: NAME },
  });
