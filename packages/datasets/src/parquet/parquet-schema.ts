import type { ParquetFile } from './parquet-file.ts';

/** Metadata key under which Hugging Face's library describes columns. */
export const featuresKey = 'huggingface';

/**
 * Returns the identities' names by class from the file's description of its columns; empty if it has no such
 * description.
 */
export function classNames({ metadata }: ParquetFile, column: string): string[] {
  const text = metadata.key_value_metadata?.find(({ key }) => key === featuresKey)?.value;
  const names = at(at(at(at(parse(text), 'info'), 'features'), column), 'names');
  return Array.isArray(names) && names.every((name) => typeof name === 'string') ? names : [];
}

/** Parses the description. It is not needed to read the images, so invalid JSON only means that there are no names. */
function parse(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? 'null');
  } catch {
    return undefined;
  }
}

const at = (value: unknown, key: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? (value as Record<string, unknown>)[key]
    : undefined;

/** Returns the description that {@link classNames} reads. */
export const describeClasses = (names: readonly string[]): string =>
  JSON.stringify({
    info: { features: { image: { _type: 'Image' }, label: { _type: 'ClassLabel', names } } },
  });
