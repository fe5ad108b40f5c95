import { fileURLToPath } from 'node:url';

/** For `node --import`, before a TypeScript entry of ours: as quick a start as that of bin/sluice. */
export const QUICK = fileURLToPath(new URL('../../bin/quick.js', import.meta.url));
