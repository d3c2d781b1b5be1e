import { plainBytes } from './plain-bytes.ts';

/** Returns the SHA-256 of bytes in hexadecimal. */
export async function sha256Of(bytes: Uint8Array): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', plainBytes('sha256Of', bytes)));
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
