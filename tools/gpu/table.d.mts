/** Conformance and rates of one machine, as measure.mjs writes them. */
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

/** A result of measure.mjs as Markdown, for the README. */
export function table(result: GpuResult): string;
