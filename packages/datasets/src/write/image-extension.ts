/** The extension for an encoded image, by its first bytes; `jpg` for those that nothing else fits. */
export function imageExtension(bytes: Uint8Array): 'jpg' | 'png' | 'webp' | 'gif' | 'tiff' | 'avif' {
  const start = Buffer.from(bytes.subarray(0, 12)).toString('latin1');
  if (start.startsWith('\x89PNG')) return 'png';
  if (start.startsWith('GIF8')) return 'gif';
  if (start.startsWith('RIFF') && start.endsWith('WEBP')) return 'webp';
  if (start.startsWith('II*\0') || start.startsWith('MM\0*')) return 'tiff';
  return start.slice(4, 12) === 'ftypavif' ? 'avif' : 'jpg';
}
