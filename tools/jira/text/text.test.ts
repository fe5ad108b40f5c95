import { describe, expect, it } from 'vitest';
import { AdfDocument as Checked } from '../../../sandbox/systems/jira-adf.ts';
import { doc, mention, text } from './adf.ts';
import { parseMarkdown } from './markdown.ts';
import { plain } from './plain.ts';
import { wikiOf } from './wiki.ts';

const wiki = (markdown: string) => wikiOf(parseMarkdown(markdown));
const EVERYTHING = `# Title

Words with **bold**, *italic*, \`code\`, ~~gone~~ and [a link](https://example.com/a_b).

- one
  - deeper **\`x\`**
    1. number
- two

  more of two

  \`\`\`sh
  echo {hi}
  \`\`\`

1. first
2. second

> a quote
> # with a heading
> - and a list

---
\`\`\`
\`\`\`
line\\
broken`;

describe('W-P19 Markdown becomes wiki markup', () => {
  it.each([
    ['# One', 'h1. One'],
    ['## Two', 'h2. Two'],
    ['###### Six', 'h6. Six'],
    ['run `make test` now', 'run {{make test}} now'],
    ['```python\nprint(1)\n```', '{code:python}\nprint(1)\n{code}'],
    ['[the page](https://example.com/x)', '[the page|https://example.com/x]'],
    ['~~gone~~', '-gone-'],
    ['---', '----'],
    ['> said', '{quote}\nsaid\n{quote}'],
    ['- a\n- b\n  - c', '* a\n* b\n** c'],
    ['1. a\n2. b', '# a\n# b'],
    ['- a\n  1. b', '* a\n*# b'],
    ['*it*', '_it_'],
    ['_it_', '_it_'],
    ['**bold**', '*bold*'],
    ['**bold *both***', '*bold* *_both_*'],
    ['', ''],
  ])('%j is %j', (markdown, wanted) => {
    expect(wiki(markdown)).toBe(wanted);
  });
});

describe('text stays text', () => {
  it('calls nobody and starts no macro in wiki markup', () => {
    expect(wiki('Hello [~admin] {include:page} !http://evil.example/x.png! {{x}} Good!')).toBe(
      'Hello \\[\\~admin\\] \\{include:page\\} \\![http://evil.example/x.png]\\! \\{\\{x\\}\\} Good!',
    );
    expect(wiki('`[~admin]`')).toBe('{{\\[\\~admin\\]}}');
  });

  it('begins no heading and no list by accident', () => {
    expect(wiki('h1. not a heading')).toBe('h1\\. not a heading');
    expect(wiki('\\- no list')).toBe('\\- no list');
    expect(wiki('\\# 1')).toBe('\\# 1');
  });

  it('cannot end a block of code early', () => {
    expect(wiki('```\n{code} [~admin]\n```')).toBe('{code}\n{ code} [~admin]\n{code}');
  });

  it('links to pages and letters alone', () => {
    const [block] = parseMarkdown('[x](javascript:alert(1)) and [y](file:///etc/passwd)').content;
    expect(block).toEqual({
      type: 'paragraph',
      content: [
        { type: 'text', text: '[x](javascript:alert(1))' },
        { type: 'text', text: ' and ' },
        { type: 'text', text: '[y](file:///etc/passwd)' },
      ],
    });
  });

  it('makes no mention of a name in a document', () => {
    expect(JSON.stringify(parseMarkdown('@devin please, and [~acc-dev]'))).not.toContain('mention');
  });

  it('leaves words with signs in them alone', () => {
    expect(wiki('snake_case_name, z-stream, 4 * 5 * 6 and a~b')).toBe(
      'snake_case_name, z-stream, 4 * 5 * 6 and a\\~b',
    );
  });
});

describe('documents', () => {
  it('are such as Jira takes', () => {
    const document = parseMarkdown(EVERYTHING);
    expect(Checked.safeParse(document).error).toBeUndefined();
    expect(document.content.map(({ type }) => type)).toEqual([
      'heading',
      'paragraph',
      'bulletList',
      'orderedList',
      'blockquote',
      'rule',
      'codeBlock',
      'paragraph',
    ]);
  });

  it('are read back as words, lists as lists', () => {
    expect(
      plain(parseMarkdown('# T\n\n**b** and [l](https://example.com)\n\n- a\n  - b\n\n1. c\n2. d')),
    ).toBe('T\nb and l\n- a\n  - b\n1. c\n2. d');
    expect(plain(doc([mention('acc-1', 'Quinn'), text(' hello')]))).toBe('@Quinn hello');
  });

  it('become wiki markup with the mentions that were asked for', () => {
    expect(wikiOf(doc([mention('quinn', 'Quinn'), text(' see '), text('{x}')]))).toBe('[~quinn] see \\{x\\}');
  });

  it.each(['*', '**a ', '`', '[', '[a](', '_a', '> ', '- ', '~~x', 'http://'])(
    'take no long time for many %j',
    (sign) => {
      const began = performance.now();
      parseMarkdown(sign.repeat(Math.floor(20_000 / sign.length)));
      expect(performance.now() - began).toBeLessThan(2_000);
    },
  );
});
