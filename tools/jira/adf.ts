import { z } from 'zod';

/**
 * Atlassian Document Format, as much of it as we write: paragraphs of text, mentions and links. Text
 * from outside becomes text nodes, so no markup of it can come to life.
 */
export type Inline =
  | { type: 'text'; text: string; marks?: { type: 'link'; attrs: { href: string } }[] }
  | { type: 'mention'; attrs: { id: string; text: string } };

export interface AdfDocument {
  version: 1;
  type: 'doc';
  content: { type: 'paragraph'; content: Inline[] }[];
}

export const text = (value: string): Inline => ({ type: 'text', text: value });

export const mention = (accountId: string, name: string): Inline => ({
  type: 'mention',
  attrs: { id: accountId, text: `@${name}` },
});

export function doc(...paragraphs: Inline[][]): AdfDocument {
  return {
    version: 1,
    type: 'doc',
    // Jira refuses an empty text node.
    content: paragraphs.map((content) => ({
      type: 'paragraph',
      content: content.filter((node) => node.type !== 'text' || node.text !== ''),
    })),
  };
}

const Node = z.looseObject({
  type: z.string(),
  text: z.string().optional(),
  attrs: z.looseObject({ text: z.string().optional() }).optional(),
  get content(): z.ZodOptional<z.ZodArray<typeof Node>> {
    return z.array(Node).optional();
  },
});

/** The words of a document or of a plain old text; everything that is not words is left out. */
export function plain(body: unknown): string {
  if (typeof body === 'string') return body;
  const parsed = Node.safeParse(body);
  return parsed.success ? wordsOf(parsed.data).trim() : '';
}

const BLOCKS = new Set(['paragraph', 'heading', 'listItem', 'codeBlock', 'blockquote', 'tableRow']);

function wordsOf(node: z.output<typeof Node>): string {
  if (node.type === 'hardBreak') return '\n';
  const own = node.text ?? node.attrs?.text ?? '';
  const inside = (node.content ?? []).map(wordsOf).join('');
  return own + inside + (BLOCKS.has(node.type) ? '\n' : '');
}
