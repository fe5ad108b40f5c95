/** A thing outside that a task began: the way to look at it again. */
export interface Ref {
  system: 'prow' | 'jenkins' | 'errata' | 'gitlab';
  id: string;
  url: string | null;
}

const UUID = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}';

/**
 * Job ids stood in log lines only. The lines below are the ones that the older automation wrote;
 * prose of people is left alone, an id in it may be of anything.
 */
const LINES: { system: Ref['system']; line: RegExp }[] = [
  { system: 'prow', line: new RegExp(`Triggered image consistency check Prow job: (${UUID})`, 'g') },
  { system: 'prow', line: new RegExp(`Prow job status for job ID: (${UUID})`, 'g') },
  { system: 'jenkins', line: /triggered stage pipeline job: <?https?:\/\/\S+?\/Stage-Pipeline\/(\d+)\//g },
  { system: 'jenkins', line: /build status of \S+\/(\d+) is/g },
  { system: 'jenkins', line: /job status (?:according to|with) job id: (\d+)/g },
  { system: 'errata', line: /push job for advisory (\d+) is triggered/g },
  { system: 'errata', line: /checking push job status for advisory (\d+)/g },
  { system: 'gitlab', line: /(?:to|approved|approval to|for shipment) MR (\d+)/g },
];

const PROW_URL = /(?:Prow job URL|Job state: \w+, URL): (https?:\/\/\S+)/g;

export function refsIn(text: string, mergeRequestUrl: string | null): Ref[] {
  const found: { at: number; ref: Ref }[] = [];
  for (const { system, line } of LINES) {
    for (const match of text.matchAll(line)) {
      const id = match[1] ?? '';
      if (found.some(({ ref }) => ref.system === system && ref.id === id)) continue;
      found.push({ at: match.index, ref: { system, id, url: urlIn(system, id, text, mergeRequestUrl) } });
    }
  }
  found.sort((a, b) => a.at - b.at);
  for (const match of text.matchAll(PROW_URL)) {
    // The address stands in a line after the id that it belongs to.
    const owner = found.findLast(({ at, ref }) => ref.system === 'prow' && at < match.index);
    if (owner !== undefined) owner.ref.url = match[1] ?? null;
  }
  return found.map(({ ref }) => ref);
}

function urlIn(
  system: Ref['system'],
  id: string,
  text: string,
  mergeRequestUrl: string | null,
): string | null {
  if (system === 'gitlab')
    return mergeRequestUrl?.endsWith(`/merge_requests/${id}`) === true ? mergeRequestUrl : null;
  if (system !== 'jenkins') return null;
  return new RegExp(`https?://[^\\s<>]+/${id}/`).exec(text)?.[0] ?? null;
}
