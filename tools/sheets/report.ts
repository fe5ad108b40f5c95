import { linkOf, shown } from './cells.ts';
import type { SheetsClient } from './client.ts';
import { noTab } from './effects.ts';
import { FIRST_ROW, LAST_ROW, type Layout, layoutOf, tasksOf } from './layout.ts';

export interface Report {
  document: string;
  url: string | null;
  layout: Layout;
  overall: string;
  advisories: string[];
  candidate_builds: Record<string, string>;
  jira: { key: string; url: string | null };
  tasks: { task: string; name: string; cell: string; status: string }[];
}

/** The tab of a release, read by the layout that its own row names show. */
export async function readReport(client: SheetsClient, release: string): Promise<Report> {
  const id = client.documentOf(release);
  const document = await client.document(id);
  const tab = document.tabs.find(({ title }) => title === release);
  if (tab === undefined) throw noTab(release, id);
  const [head = [], names = [], statuses = []] = await client.values(
    id,
    release,
    ['B1:B4', `A${FIRST_ROW}:A${LAST_ROW}`, `B${FIRST_ROW}:B${LAST_ROW}`],
    'entered',
  );
  const text = (rows: string[][], index: number) => rows[index]?.[0] ?? '';
  const layout = layoutOf(
    `sheets: ${release}`,
    names.map((row) => shown(row[0] ?? '')),
  );
  return {
    document: id,
    url: document.url === null ? null : `${document.url.replace(/#.*$/, '')}#gid=${tab.id}`,
    layout,
    overall: text(head, 0),
    advisories: lines(text(head, 1)),
    candidate_builds: Object.fromEntries(lines(text(head, 2)).map(buildOf)),
    jira: { key: shown(text(head, 3)), url: linkOf(text(head, 3)) },
    tasks: tasksOf(layout).map(({ task, row }) => ({
      task,
      name: shown(text(names, row - FIRST_ROW)),
      cell: `B${row}`,
      status: text(statuses, row - FIRST_ROW),
    })),
  };
}

function lines(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

/** `x86_64: 4.20.0-0.nightly-…` */
function buildOf(line: string): [string, string] {
  const [arch = '', ...build] = line.split(':');
  return [arch.trim(), build.join(':').trim()];
}
