import { z } from 'zod';

export const DocumentAnswer = z.object({
  properties: z.object({ title: z.string() }).partial().optional(),
  spreadsheetUrl: z.string().optional(),
  sheets: z.array(z.object({ properties: z.object({ sheetId: z.int(), title: z.string() }) })).default([]),
});

const Value = z.union([z.string(), z.number(), z.boolean(), z.null()]);

export const ValuesAnswer = z.object({
  valueRanges: z
    .array(z.object({ range: z.string(), values: z.array(z.array(Value)).default([]) }))
    .default([]),
});

export const UpdateAnswer = z.object({ totalUpdatedCells: z.int().optional() });

export const DuplicateAnswer = z.object({
  replies: z.array(
    z.looseObject({
      duplicateSheet: z.object({ properties: z.object({ sheetId: z.int(), title: z.string() }) }).optional(),
    }),
  ),
});
