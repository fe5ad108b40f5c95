import { describe, expect, it } from 'vitest';
import { inertText, inertTitle } from './outgoing.ts';

describe('promise 48: what leaves for a forge does nothing there', () => {
  it.each([
    ['a mention', 'cc @all and @org/team, _@user_', 'cc ＠all and ＠org/team, _＠user_'],
    ['a mention by an entity', '&#64;all &#x40;x &commat;y', '＠all ＠x ＠y'],
    ['a mention behind an element', 'a<b></b>-@x', 'a<b>-＠x'],
    ['a command', '/merge\n  /label ~x\n> /close', '／merge\n  ／label ~x\n> ／close'],
    ['a command behind a line end that only some see', 'a\u2028/approve', 'a\n／approve'],
    ['a command behind an element', 'a<br>/lgtm', 'a\n／lgtm'],
    ['a closing word', 'Closes #1, fixes GROUP-1', 'Closes "#1", fixes "GROUP-1"'],
    ['one with a colon or marks', 'resolves: group/p#2, Fix **#3**', 'resolves: "group/p#2", Fix **"#3"**'],
    [
      'one with an address',
      'closed https://g.example/o/r/issues/4',
      'closed "https://g.example/o/r/issues/4"',
    ],
    ['a word that stops a pipeline', 'Fix it [skip ci]', 'Fix it (skip ci)'],
    ['a beacon', '![](https://evil.example/?q=1)', '(image: evil.example)'],
    ['a mark of ours in somebody else’s words', 'x <!-- sluice-note: release -->', 'x '],
  ])('%s', (_name, text, inert) => {
    expect(inertText(text)).toBe(inert);
    expect(inertText(inert)).toBe(inert);
  });

  it.each([
    'quay.io/org/app@sha256:0123456789ab',
    'Co-authored-by: A Person <a.person@example.com>',
    '/usr/bin/ld: cannot find -lx',
    'fix CVE-2026-1234, fixed in v1.2, fix build-2, closes the door',
    '- **one** [two](https://example.com) `three`\n\n```\nfour\n```',
    'See #12 and !34.',
  ])('leaves %j as it is', (text) => {
    expect(inertText(text)).toBe(text);
  });

  it('a title is one line', () => {
    expect(inertTitle('Release\n/merge  @all')).toBe('Release /merge ＠all');
    expect(inertTitle('\n/merge now')).toBe('／merge now');
    expect(inertTitle('x'.repeat(300))).toHaveLength(255);
  });
});
