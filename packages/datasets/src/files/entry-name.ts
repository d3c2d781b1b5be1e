/** Normalises a name for comparison, so that é is always one character. */
export const normalName = (name: string): string => name.normalize('NFC');

/** Returns why a name from a file may not be used as a path below a folder, or undefined if it may. */
export function unsafeName(name: string): string | undefined {
  if (name === '') return 'an empty name';
  if (name.length > 4096) return 'a name of more than 4096 characters';
  if (name.includes('\0')) return 'a name with a zero byte';
  if (/^([/\\]|[A-Za-z]:)/.test(name)) return 'an absolute path';
  if (name.split(/[/\\]/).includes('..')) return 'a path that leads out of its folder';
  return undefined;
}
