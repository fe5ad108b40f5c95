/**
 * Atlassian Document Format, as much of it as we write. Text from outside becomes text nodes, so no markup
 * of it can come to life; a mention is a node of its own and never made from text.
 */
export type Mark = { type: 'code' | 'strong' | 'em' | 'strike' } | { type: 'link'; attrs: { href: string } };

export type Inline =
  | { type: 'text'; text: string; marks?: Mark[] }
  | { type: 'mention'; attrs: { id: string; text: string } }
  | { type: 'hardBreak' };

export type Block =
  | { type: 'paragraph'; content: Inline[] }
  | { type: 'heading'; attrs: { level: number }; content: Inline[] }
  | { type: 'codeBlock'; attrs?: { language: string }; content: { type: 'text'; text: string }[] }
  | { type: 'rule' }
  | { type: 'blockquote'; content: Block[] }
  | { type: 'bulletList'; content: ListItem[] }
  | { type: 'orderedList'; attrs?: { order: number }; content: ListItem[] };

export interface ListItem {
  type: 'listItem';
  content: Block[];
}

export interface AdfDocument {
  version: 1;
  type: 'doc';
  content: Block[];
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
