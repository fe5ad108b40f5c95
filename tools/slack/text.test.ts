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
  ['<@U123> <https://x|link> a@example.com', '<@U123> <https://x|link> a@example.com'],
])('%j becomes %j', (text, safe) => {
  expect(neutralise(text)).toBe(safe);
});
