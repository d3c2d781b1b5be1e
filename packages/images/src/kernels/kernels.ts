import { wasm } from './kernels.wasm.ts';

/**
 * Exports of `assembly/pixels.ts`, where they are documented. Arguments are addresses in `memory`, in bytes, and
 * sizes.
 */
export interface Kernels {
  memory: { readonly buffer: ArrayBuffer; grow(pages: number): number };
  triangles(taps: number, stride: number, from: number, to: number, size: number, limit: number): void;
  resizeRows(
    pixels: number,
    width: number,
    rows: number,
    taps: number,
    stride: number,
    size: number,
    to: number,
  ): void;
  resizeColumns(values: number, length: number, taps: number, stride: number, size: number, to: number): void;
  averageWindow(
    pixels: number,
    height: number,
    width: number,
    left: number,
    top: number,
    windowWidth: number,
    windowHeight: number,
    clamp: boolean,
    taps: number,
    stride: number,
    line: number,
    to: number,
    rowLength: number,
    outHeight: number,
    outWidth: number,
  ): void;
  warp(
    pixels: number,
    height: number,
    width: number,
    a: number,
    b: number,
    tx: number,
    ty: number,
    to: number,
    outHeight: number,
    outWidth: number,
  ): void;
}

/** Spare bytes per array: vectors reach up to 15 bytes beyond its end. */
const SPARE = 16;
const PAGE = 1 << 16;
/** Largest memory that is kept, in bytes: WebAssembly memory never shrinks. */
const MOST_KEPT = 1 << 25;

/**
 * Returns the kernels with room for arrays of the given sizes in bytes, and the addresses of the arrays. The memory
 * is not cleared.
 */
export function kernelsFor(sizes: readonly number[]): { kernels: Kernels; places: number[] } {
  const places: number[] = [];
  let end = 0;
  for (const size of sizes) {
    places.push(end);
    end = (end + size + SPARE + 15) & ~15;
  }
  const kernels = end > MOST_KEPT ? instantiate() : keptKernels();
  const missing = end - kernels.memory.buffer.byteLength;
  if (missing > 0) kernels.memory.grow(Math.ceil(missing / PAGE));
  return { kernels, places };
}

let kept: Kernels | undefined;
let compiled: object | undefined;

function keptKernels(): Kernels {
  kept ??= instantiate();
  return kept;
}

/** TypeScript declares these names only for browsers, but Node has them too. */
const { WebAssembly } = globalThis as unknown as {
  WebAssembly: {
    Module: new (bytes: Uint8Array) => object;
    Instance: new (module: object) => { exports: unknown };
  };
};

/** Compiles synchronously; the module is small enough for that, also in a page. */
function instantiate(): Kernels {
  compiled ??= new WebAssembly.Module(Uint8Array.from(atob(wasm), (letter) => letter.charCodeAt(0)));
  return new WebAssembly.Instance(compiled).exports as Kernels;
}
