const BLOCK = 512;

const text = (block: Uint8Array, from: number, length: number) =>
  new TextDecoder().decode(block.subarray(from, from + length)).replace(/\0.*$/s, '');

/** The files of a tar archive whose names are wanted: plain names, as release payloads have them. */
export function filesInTar(archive: Uint8Array, wanted: ReadonlySet<string>): Map<string, string> {
  const found = new Map<string, string>();
  for (let at = 0; at + BLOCK <= archive.length; ) {
    const header = archive.subarray(at, at + BLOCK);
    const size = Number.parseInt(text(header, 124, 12).trim() || '0', 8);
    if (header.every((byte) => byte === 0) || !Number.isSafeInteger(size) || size < 0) break;
    const prefix = text(header, 257, 5) === 'ustar' ? text(header, 345, 155) : '';
    const name = `${prefix === '' ? '' : `${prefix}/`}${text(header, 0, 100)}`.replace(/^(\.?\/)+/, '');
    const body = archive.subarray(at + BLOCK, at + BLOCK + size);
    // Cut short: what is left of a file must not be taken for all of it.
    if (wanted.has(name) && body.length === size) found.set(name, new TextDecoder().decode(body));
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
  }
  return found;
}
