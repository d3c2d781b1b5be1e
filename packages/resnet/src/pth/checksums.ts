const ENTRY = 0x02014b50;
const END = 0x06054b50;
const END_64 = 0x06064b50;

/**
 * Returns the CRC-32 that a zip archive records for each of its files. Empty if its directory is not found.
 *
 * @see PKWARE, APPNOTE 6.3.10, sections 4.3.12 to 4.3.16
 */
export function checksumsIn(archive: Uint8Array): ReadonlyMap<string, number> {
  const view = new DataView(archive.buffer, archive.byteOffset, archive.byteLength);
  const found = new Map<string, number>();
  let at = directoryOf(view);
  while (at + 46 <= view.byteLength && view.getUint32(at, true) === ENTRY) {
    const [name, extra, comment] = [28, 30, 32].map((field) => view.getUint16(at + field, true));
    found.set(
      new TextDecoder().decode(archive.subarray(at + 46, at + 46 + name!)),
      view.getUint32(at + 16, true),
    );
    at += 46 + name! + extra! + comment!;
  }
  return found;
}

/** Returns the offset of the directory, from the record at the end of the archive, which a comment may follow. */
function directoryOf(view: DataView): number {
  for (let at = view.byteLength - 22; at >= Math.max(0, view.byteLength - 65_557); at--) {
    if (view.getUint32(at, true) !== END) continue;
    const offset = view.getUint32(at + 16, true);
    if (offset !== 0xffffffff || at < 20) return offset;
    // In an archive of 4 GiB or more, the offset is in another record, whose position is stored before this one.
    const wide = Number(view.getBigUint64(at - 12, true));
    const fits = wide + 56 <= view.byteLength && view.getUint32(wide, true) === END_64;
    return fits ? Number(view.getBigUint64(wide + 48, true)) : view.byteLength;
  }
  return view.byteLength;
}

/** Computes the CRC-32 of zip archives: polynomial 0xedb88320, bits reversed. */
export function crc32(bytes: Uint8Array): number {
  let crc = -1;
  for (let at = 0; at < bytes.length; at++) crc = TABLE[(crc ^ bytes[at]!) & 255]! ^ (crc >>> 8);
  return (crc ^ -1) >>> 0;
}

const TABLE = Int32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? 0xedb88320 ^ (crc >>> 1) : crc >>> 1;
  return crc;
});
