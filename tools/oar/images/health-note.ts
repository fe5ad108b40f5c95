import { inertText } from '../../../src/kit/outgoing.ts';
import { oneLine } from '../../../src/kit/text.ts';
import type { Health } from './health.ts';

/** The marker carries the digest of the result: the same result is never noted twice. */
export const healthMarker = (verdict: string, digest: string) =>
  `<!-- sluice:image-health:${verdict}:${digest} -->`;

const MOST_ROWS = 100;

export function healthNote(
  release: string,
  health: Pick<Health, 'verdict' | 'checked' | 'unhealthy'>,
  digest: string,
): string {
  const { verdict, checked, unhealthy } = health;
  const rows = unhealthy.map(
    ({ component, architecture, image, grade, vulnerabilities }) =>
      `| ${cell(component || image)} | ${cell(architecture)} | ${cell(grade)} | ${cell(
        vulnerabilities
          .map(({ cve, severity, packages }) => `${cve} (${severity}): ${packages.join(', ')}`)
          .join('; '),
      )} |`,
  );
  const table = [
    '| component | architecture | grade | vulnerabilities |',
    '|---|---|---|---|',
    ...rows.slice(0, MOST_ROWS),
    ...(rows.length > MOST_ROWS ? [`| and ${rows.length - MOST_ROWS} more | | | |`] : []),
  ];
  return [
    `### Image health of ${release}: ${verdict}`,
    '',
    `${checked} images checked, ${unhealthy.length} unhealthy.`,
    ...(rows.length === 0 ? [] : ['', ...table]),
    '',
    healthMarker(verdict, digest),
  ].join('\n');
}

/**
 * Text from outside in a table of ours: it must neither end its cell nor be markup. An entity is no way to
 * keep it from calling people: GitLab looks for names behind it.
 */
function cell(text: string): string {
  return inertText(oneLine(text, 500)).replace(/[\\`*_[\]<>|&!#~]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
