import { z } from 'zod';

/** The rules of Atlassian Document Format, as far as what is written here needs them. */
const Link = z.strictObject({
  type: z.literal('link'),
  attrs: z.strictObject({ href: z.string().regex(/^(https?:\/\/|mailto:)/) }),
});
const Style = z.strictObject({ type: z.enum(['strong', 'em', 'strike']) });
const Code = z.strictObject({ type: z.literal('code') });

const Text = z.strictObject({
  type: z.literal('text'),
  text: z.string().min(1),
  marks: z
    .array(z.union([Link, Style, Code]))
    .refine((marks) => new Set(marks.map(({ type }) => type)).size === marks.length, 'a mark stands twice')
    .refine(
      (marks) =>
        !marks.some(({ type }) => type === 'code') ||
        marks.every(({ type }) => type === 'code' || type === 'link'),
      'beside code only a link may stand',
    )
    .optional(),
});
const Inline = z.union([
  Text,
  z.strictObject({ type: z.literal('hardBreak') }),
  z.strictObject({
    type: z.literal('mention'),
    attrs: z.strictObject({ id: z.string().min(1), text: z.string().optional() }),
  }),
]);

const Paragraph = z.strictObject({ type: z.literal('paragraph'), content: z.array(Inline) });
const CodeBlock = z.strictObject({
  type: z.literal('codeBlock'),
  attrs: z.strictObject({ language: z.string() }).optional(),
  content: z.array(z.strictObject({ type: z.literal('text'), text: z.string().min(1) })),
});

const ListItem = z.strictObject({
  type: z.literal('listItem'),
  get content(): z.ZodTuple<[typeof Paragraph], z.ZodType> {
    return z.tuple([Paragraph], z.union([Paragraph, CodeBlock, BulletList, OrderedList]));
  },
});
const BulletList: z.ZodType = z.strictObject({
  type: z.literal('bulletList'),
  content: z.array(ListItem).min(1),
});
const OrderedList: z.ZodType = z.strictObject({
  type: z.literal('orderedList'),
  attrs: z.strictObject({ order: z.int().min(0) }).optional(),
  content: z.array(ListItem).min(1),
});

const Block = z.union([
  Paragraph,
  CodeBlock,
  BulletList,
  OrderedList,
  z.strictObject({ type: z.literal('rule') }),
  z.strictObject({
    type: z.literal('heading'),
    attrs: z.strictObject({ level: z.int().min(1).max(6) }),
    content: z.array(Inline),
  }),
  z.strictObject({
    type: z.literal('blockquote'),
    content: z.array(z.union([Paragraph, CodeBlock, BulletList, OrderedList])).min(1),
  }),
]);

export const AdfDocument = z.strictObject({
  version: z.literal(1),
  type: z.literal('doc'),
  content: z.array(Block),
});

export function paragraph(text: string) {
  return { type: 'doc', version: 1, content: [{ type: 'paragraph', content: [{ type: 'text', text }] }] };
}
