/** True if a Node version is one that the packages run on: 20.19 or newer, as their `engines` say. */
export function runsHere(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > 20 || (major === 20 && minor >= 19);
}
