import { createHash } from 'node:crypto';
import { deflateSync } from 'node:zlib';
import type { Mirror } from './mirror.ts';

/** An object of git that has its id already and is stored nowhere yet. */
export interface Draft {
  id: string;
  type: 'commit' | 'tree' | 'blob' | 'tag';
  content: Buffer;
}

/** As they are numbered in a pack. */
const NUMBERS = { commit: 1, tree: 2, blob: 3, tag: 4 };

export function draftOf(type: Draft['type'], held: string | Buffer): Draft {
  const content = Buffer.from(held);
  const id = createHash('sha1').update(`${type} ${content.length}\0`).update(content).digest('hex');
  return { id, type, content };
}

/** Puts objects into our mirror, all by one git, which takes them as it takes those of a remote: as a pack. */
export async function store(mirror: Mirror, drafts: readonly Draft[], signal?: AbortSignal): Promise<void> {
  await mirror.raw(['unpack-objects', '-q'], { signal, input: packOf(drafts) });
}

function packOf(drafts: readonly Draft[]): Buffer {
  const head = Buffer.from('PACK\0\0\0\u0002\0\0\0\0', 'latin1');
  head.writeUInt32BE(drafts.length, 8);
  const objects = drafts.flatMap(({ type, content }) => [
    headOf(NUMBERS[type], content.length),
    deflateSync(content),
  ]);
  const pack = Buffer.concat([head, ...objects]);
  return Buffer.concat([pack, createHash('sha1').update(pack).digest()]);
}

/** Four bits of the length beside the type, then seven a byte; the highest bit says that more follow. */
function headOf(type: number, length: number): Buffer {
  const bytes: number[] = [];
  let byte = (type << 4) | (length & 15);
  for (let rest = length >>> 4; rest > 0; rest >>>= 7) {
    bytes.push(byte | 128);
    byte = rest & 127;
  }
  return Buffer.from([...bytes, byte]);
}
