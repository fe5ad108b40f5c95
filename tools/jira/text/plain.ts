import { z } from 'zod';

const Node = z.looseObject({
  type: z.string(),
  text: z.string().optional(),
  attrs: z.looseObject({ text: z.string().optional(), url: z.string().optional() }).optional(),
  get content(): z.ZodOptional<z.ZodArray<typeof Node>> {
    return z.array(Node).optional();
  },
});
type Node = z.output<typeof Node>;

/** The words of a document, its lists as lists; wiki text stays as it is. */
export function plain(body: unknown): string {
  if (typeof body === 'string') return body;
  const parsed = Node.safeParse(body);
  return parsed.success ? wordsOf(parsed.data).trim() : '';
}

const BLOCKS = new Set(['paragraph', 'heading', 'codeBlock', 'tableRow']);

function wordsOf(node: Node): string {
  const inside = () => (node.content ?? []).map(wordsOf).join('');
  switch (node.type) {
    case 'hardBreak':
      return '\n';
    case 'rule':
      return '---\n';
    case 'bulletList':
      return listOf(node, () => '-');
    case 'orderedList':
      return listOf(node, (index) => `${index + 1}.`);
    case 'tableCell':
    case 'tableHeader':
      return `${inside().trim()} | `;
  }
  const own = node.text ?? node.attrs?.text ?? node.attrs?.url ?? '';
  return own + inside() + (BLOCKS.has(node.type) ? '\n' : '');
}

function listOf(node: Node, sign: (index: number) => string): string {
  const items = (node.content ?? []).map((item, index) => {
    const lines = (item.content ?? []).map(wordsOf).join('').trimEnd().split('\n');
    return lines.map((line, at) => (at === 0 ? `${sign(index)} ${line}` : `  ${line}`)).join('\n');
  });
  return `${items.join('\n')}\n`;
}
