import type { AdfDocument, Block, Inline, ListItem, Mark } from './adf.ts';

/** The document as wiki markup, which Jira Data Center takes. */
export function wikiOf(document: AdfDocument): string {
  return blocks(document.content, '');
}

function blocks(content: readonly Block[], signs: string): string {
  return content.map((block) => wiki(block, signs)).join(signs === '' ? '\n\n' : '\n');
}

function wiki(block: Block, signs: string): string {
  switch (block.type) {
    case 'paragraph':
      return guardLine(line(block.content));
    case 'heading':
      return `h${block.attrs.level}. ${line(block.content)}`;
    case 'codeBlock':
      return codeOf(block.content.map(({ text }) => text).join(''), block.attrs?.language);
    case 'rule':
      return '----';
    case 'blockquote':
      return `{quote}\n${blocks(block.content, '')}\n{quote}`;
    case 'bulletList':
      return list(block.content, `${signs}*`);
    case 'orderedList':
      return list(block.content, `${signs}#`);
  }
}

function list(items: readonly ListItem[], signs: string): string {
  return items
    .map(({ content: [first, ...rest] }) => {
      const head = first?.type === 'paragraph' ? line(first.content) : '';
      return [`${signs} ${head}`.trimEnd(), ...rest.map((block) => wiki(block, signs))].join('\n');
    })
    .join('\n');
}

/** What ends a block of code early cannot be escaped inside it: the brace is parted from the word. */
function codeOf(code: string, language: string | undefined): string {
  const kind = language === undefined ? 'code' : `code:${language.replace(/[^\w+#.-]/g, '')}`;
  return `{${kind}}\n${code.replace(/\{(?=code\b)/gi, '{ ')}\n{code}`;
}

function line(content: readonly Inline[]): string {
  return content.map(inline).join('');
}

function inline(node: Inline): string {
  if (node.type === 'hardBreak') return '\\\\\n';
  // The one place where somebody is called: a mention that the caller asked for.
  if (node.type === 'mention') return `[~${node.attrs.id.replace(/[[\]|\s]/g, '')}]`;
  const marks = node.marks ?? [];
  const has = (type: Mark['type']) => marks.some((mark) => mark.type === type);
  const link = marks.find((mark) => mark.type === 'link');
  if (link?.type === 'link' && link.attrs.href === node.text) return `[${addressOf(node.text)}]`;
  let shown = escaped(node.text);
  if (has('code')) shown = `{{${shown}}}`;
  if (has('em')) shown = around('_', shown);
  if (has('strong')) shown = around('*', shown);
  if (has('strike')) shown = around('-', shown);
  return link?.type === 'link' ? `[${shown}|${addressOf(link.attrs.href)}]` : shown;
}

/** Signs of a mark stand at the words, not at the blanks around them. */
function around(sign: string, shown: string): string {
  const [, before = '', inside = '', after = ''] = /^(\s*)(.*?)(\s*)$/s.exec(shown) ?? [];
  return inside === '' ? shown : `${before}${sign}${inside}${sign}${after}`;
}

/** Links, macros and mentions of text never come to life; signs of marks only where they would count. */
function escaped(text: string): string {
  return text
    .replace(/[\\{}[\]|]/g, (sign) => `\\${sign}`)
    .replace(
      /(?<![\p{L}\p{N}])[*_+^~-](?=\S)|(?<=\S)[~^](?=\S)|(?<![\p{L}\p{N}])!|!(?=\S)|\?\?/gu,
      (sign) => `\\${sign}`,
    );
}

function addressOf(href: string): string {
  return href.replace(/[[\]|{}\s]/g, (sign) => encodeURIComponent(sign));
}

/** What would make a heading, a list or a quote of a paragraph's beginning. */
function guardLine(text: string): string {
  return text.replace(/^(\s*)(?:(h[1-6]|bq)\.(?=\s)|([*#-]+)(?=\s))/gm, (_all, blank, word, signs) =>
    word === undefined ? `${blank}\\${signs}` : `${blank}${word}\\.`,
  );
}
