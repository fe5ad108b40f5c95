import { expect, test } from 'vitest';
import { neutralise } from './text.ts';

test.each([
  ['<!channel> hi', '&lt;!channel> hi'],
  ['<!here|here>', '&lt;!here|here>'],
  ['<!everyone>', '&lt;!everyone>'],
  ['<!subteam^S123>', '&lt;!subteam^S123>'],
  ['@channel @Here @EVERYONE', '@ channel @ Here @ EVERYONE'],
  ['a@channel.example.com', 'a@ channel.example.com'],
  ['@hereafter', '@hereafter'],
  ['<@U123> and <#C123|general>', '&lt;@U123> and &lt;#C123|general>'],
  ['<https://evil.example|https://good.example>', 'https://good.example (https://evil.example)'],
  ['<https://x.example> a@example.com', 'https://x.example a@example.com'],
  ['R&D, a < b > c, 5 &lt; 6 &amp;', 'R&D, a &lt; b > c, 5 &amp;lt; 6 &amp;amp;'],
  ['@ch\u200bannel <\u200b!here>', '@ channel &lt;!here>'],
  ['<https://a.example|<!here>>', '&lt;https://a.example|&lt;!here>>'],
])('%j becomes %j', (text, safe) => {
  expect(neutralise(text)).toBe(safe);
});
