import { wasm } from './kernels.wasm.ts';

/** What `assembly/pixels.ts` exports, and says of it; arguments are places in `memory`, in bytes, and sizes. */
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

/** Vectors reach up to 15 bytes beyond an array's end. */
const SPARE = 16;
const PAGE = 1 << 16;
/** More than this is not held on to: memory of WebAssembly never shrinks. */
const MOST_KEPT = 1 << 25;

/** The kernels with room for arrays of so many bytes each, and where these begin. What they hold is left from before. */
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

/** TypeScript has these names for pages alone; Node has them too. */
const { WebAssembly } = globalThis as unknown as {
  WebAssembly: {
    Module: new (bytes: Uint8Array) => object;
    Instance: new (module: object) => { exports: unknown };
  };
};

/** Small enough to be compiled at once, also on a page. */
function instantiate(): Kernels {
  compiled ??= new WebAssembly.Module(Uint8Array.from(atob(wasm), (letter) => letter.charCodeAt(0)));
  return new WebAssembly.Instance(compiled).exports as Kernels;
}
