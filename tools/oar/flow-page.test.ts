import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { FLOW_ANCHORS, see } from './flow-page.ts';

const page = readFileSync(join(import.meta.dirname, '../../docs/KONFLUX_RELEASE_FLOW.md'), 'utf8');
const headings = [...page.matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
  title
    .toLowerCase()
    .replaceAll(/[^\w\- ]/g, '')
    .replaceAll(' ', '-'),
);
const sources = readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
  .map((name) => readFileSync(join(import.meta.dirname, name), 'utf8'))
  .join('\n');

it.each(FLOW_ANCHORS)('%s is a heading of the page, and an error points to it', (anchor) => {
  expect(headings).toContain(anchor);
  expect(sources).toContain(`see('${anchor}')`);
  expect(see(anchor)).toBe(`See docs/KONFLUX_RELEASE_FLOW.md#${anchor}.`);
});
