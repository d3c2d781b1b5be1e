import type { Head } from '@hm/losses';

/**
 * A loss by its short form, with smoothed targets if a share is given.
 *
 * @throws {InvalidArgumentError} if a name or an option is unknown.
 */
export async function lossHead(
  name: string,
  options: Record<string, unknown> = {},
  labelSmoothing?: number,
): Promise<Head> {
  const { headConfig, headFromConfig, withLabelSmoothing } = await import('@hm/losses');
  const config = headConfig(name, options);
  return headFromConfig(labelSmoothing === undefined ? config : withLabelSmoothing(config, labelSmoothing));
}
