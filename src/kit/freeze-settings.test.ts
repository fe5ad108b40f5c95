import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { freezeKeys } from './freeze-settings.ts';
import { parseSettings } from './settings.ts';

const read = (rule: string) => parseSettings(`freezes:\n  year-end: ${rule}\n`, 'sluice.yaml').freezes;
const ZONE = 'zone: Europe/Berlin';
const SPAN = `from: 2026-12-18T18:00, to: 2027-01-04T08:00, ${ZONE}`;

describe('freezes in the settings', () => {
  it('are as the page shows them', () => {
    const page = readFileSync(new URL('../../docs/freezes.md', import.meta.url), 'utf8');
    const example = /^```yaml\n([\s\S]*?)^```$/m.exec(page)?.[1] ?? '';
    const { freezes } = parseSettings(example, 'docs/freezes.md');
    expect(Object.keys(freezes)).toHaveLength(8);
    for (const key of freezeKeys.filter((key) => key !== 'title')) expect(page).toContain(`\`${key}\``);
  });

  it.each([
    ['from and to', `{ ${SPAN} }`],
    ['every week', `{ weekly: { days: [fri], from: 18:00, to: mon 08:00 }, ${ZONE} }`],
    ['a cron expression', `{ cron: 0 18 * * 5, for: 62h, ${ZONE} }`],
    ['a calendar', '{ ical: { calendar: company, summary_has: freeze } }'],
    ['GitLab', '{ gitlab: { project: group/project } }'],
    ['Konflux', '{ konflux: {} }'],
    ['release windows', `{ only: { weekly: { days: [tue], from: 09:00, to: 12:00 }, ${ZONE} } }`],
    ['some release windows', `{ only: [{ ${SPAN} }, { ical: { calendar: releases } }] }`],
  ])('take %s', (_, rule) => {
    const year = read(rule)['year-end'];
    expect(year).toMatchObject({
      environments: ['production'],
      overrun: 'block',
      rollbacks: 'go_on',
      grantors: 'waiver',
      requester_may_grant: false,
      unreachable: 'go_on',
    });
  });

  it.each([
    ['nothing', '{}', 'it needs one of from and to, weekly'],
    ['two kinds', `{ ${SPAN}, gitlab: { project: a/b } }`, 'and has from and to, gitlab'],
    ['a beginning alone', `{ from: 2026-12-18T18:00, ${ZONE} }`, 'from and to belong together'],
    ['no length', `{ cron: 0 18 * * 5, ${ZONE} }`, 'cron and for belong together'],
    [
      'an end before its beginning',
      `{ from: 2026-12-18T18:00, to: 2026-12-18T18:00, ${ZONE} }`,
      'to is not after',
    ],
    ['no zone', '{ from: 2026-12-18T18:00, to: 2027-01-04T08:00 }', 'a zone is missing'],
    [
      'a zone that there is not',
      '{ weekly: { days: [fri], from: 18:00, to: 20:00 }, zone: Nowhere/City }',
      'a time zone',
    ],
    ['a day that there is not', `{ from: 2026-02-30T00:00, to: 2027-01-04T08:00, ${ZONE} }`, 'a local time'],
    [
      'a moment with its offset',
      `{ from: 2026-12-18T18:00Z, to: 2027-01-04T08:00, ${ZONE} }`,
      'a local time',
    ],
    ['a date alone', `{ from: 2026-12-18, to: 2027-01-04T08:00, ${ZONE} }`, 'a local time'],
    [
      'an hour that there is not',
      `{ weekly: { days: [fri], from: 24:00, to: 20:00 }, ${ZONE} }`,
      'a time of day',
    ],
    ['no day', `{ weekly: { days: [], from: 18:00, to: 20:00 }, ${ZONE} }`, 'year-end.weekly.days'],
    ['six fields', `{ cron: 0 0 18 * * 5, for: 1h, ${ZONE} }`, 'five fields'],
    ['an exception without a reason', `{ ${SPAN}, except: [{ flow: hotfix }] }`, 'except[0].reason'],
    ['finish without a beginning', '{ konflux: {}, overrun: finish }', 'overrun: finish has no meaning'],
    ['an incident by another name', '{ incident: true }', 'incident: true and the name incident'],
  ])('refuse %s', (_, rule, cause) => {
    expect(() => read(rule)).toThrow(cause);
  });

  it('refuse what is misspelled, and name what is meant', () => {
    expect(() => read(`{ ${SPAN}, environmens: [production] }`)).toThrow('freezes.year-end.environmens');
    const names = () => parseSettings('freezes: { Year End: { konflux: {} } }', 'sluice.yaml');
    expect(names).toThrow('freezes');
    const incident = parseSettings('freezes: { incident: { incident: true, grantors: sre } }', 'sluice.yaml');
    expect(incident.freezes.incident).toMatchObject({ grantors: 'sre' });
    expect(() => parseSettings('freezes: { incident: { konflux: {} } }', 'sluice.yaml')).toThrow(
      'belong together',
    );
  });
});
