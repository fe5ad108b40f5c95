import { z } from 'zod';

const Cell = z.string().regex(/^[A-Z]{1,2}[1-9]\d*$/);

export const Sheets = z.strictObject({
  documents: z.record(
    z.string(),
    z.strictObject({
      title: z.string(),
      /** By title; a cell that begins with = is a formula. */
      tabs: z.record(z.string(), z.strictObject({ cells: z.record(Cell, z.string()).default({}) })),
    }),
  ),
});
