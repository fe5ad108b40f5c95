import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { McpServer } from '@modelcontextprotocol/server';
import { HOME } from '../app.ts';
import type { Scope } from './scope.ts';

const MARKDOWN = 'text/markdown';

interface Text {
  name: string;
  uri: string;
  title: string;
  description: string;
  read(): string;
}

const PAGES: readonly Text[] = [
  {
    name: 'konflux-release-flow',
    uri: 'sluice://docs/konflux-release-flow',
    title: 'The z-stream release flow',
    description:
      'Every step of the flow with its waits and limits, what people do, how a build is judged, and what to do when a release does not go on.',
    read: () => readFileSync(join(HOME, 'docs', 'KONFLUX_RELEASE_FLOW.md'), 'utf8'),
  },
];

/** Pages for whoever connects, and the skills of the scope; the same list for every client and for life. */
export function registerResources(server: McpServer, scope: Scope): void {
  const skills = scope.skills().map(
    ({ name, description, text }): Text => ({
      name: `skill-${name}`,
      uri: `sluice://skills/${name}`,
      title: `Skill: ${name}`,
      description,
      read: () => text,
    }),
  );
  for (const { name, uri, title, description, read } of [...PAGES, ...skills]) {
    server.registerResource(name, uri, { title, description, mimeType: MARKDOWN }, (address) => ({
      contents: [{ uri: address.href, mimeType: MARKDOWN, text: read() }],
    }));
  }
}
