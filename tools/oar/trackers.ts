import { z } from 'zod';
import type { Http } from '../../src/kit/http.ts';

const FoundBugs = z.record(z.string(), z.array(z.string().min(1)));

// Of what brew builds, only these two still ship by Errata Tool advisories.
const BREW_KINDS = new Set(['rpm', 'rhcos']);

/** The CVE tracker bugs that belong to a release, each once: by the tracker source, for both build systems. */
export async function trackerBugs(http: Http, release: string): Promise<string[]> {
  const find = (buildSystem: 'brew' | 'konflux') =>
    http.getJson('/find-bugs', FoundBugs, { query: { release, build_system: buildSystem } });
  const [brew, konflux] = await Promise.all([find('brew'), find('konflux')]);
  const ofBrew = Object.entries(brew).flatMap(([kind, keys]) => (BREW_KINDS.has(kind) ? keys : []));
  return [...new Set([...ofBrew, ...Object.values(konflux).flat()])].sort();
}

export function missedText(missed: readonly string[], cap = 1000): string {
  const head = `Found ${missed.length} missed CVE tracker bugs: `;
  let text = head + missed.join(', ');
  for (let shown = missed.length - 1; text.length > cap; shown -= 1) {
    text = `${head}${missed.slice(0, shown).join(', ')} and ${missed.length - shown} more`;
  }
  return text;
}
