/** Conformance and speed of one machine, as written by measure.mjs. */
export interface GpuResult {
  machine: Record<'processor' | 'node' | 'date', string> & {
    gpu: string | null;
    torch: string | null;
    cores: number;
  };
  providers: { provider: string; usable: boolean; reason: string }[];
  conformance: { provider: string; passed: number; failed: number; skipped: number; failures: object[] }[];
  benches: {
    what: 'step' | 'embed';
    batch: number;
    size: number;
    rows: { name: string; imagesPerSecond?: number; reason?: string }[];
  }[];
}

/** Formats a result of measure.mjs as Markdown, for the README. */
export function table(result: GpuResult): string;
