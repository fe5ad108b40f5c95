import { z } from 'zod';
import type { Feature } from './api-schema.ts';

/** As Quay has them, worst first. */
export const SEVERITIES = ['defcon1', 'critical', 'high', 'medium', 'low', 'negligible', 'unknown'] as const;
export type Severity = (typeof SEVERITIES)[number];

export const Counts = z.object({
  defcon1: z.int(),
  critical: z.int(),
  high: z.int(),
  medium: z.int(),
  low: z.int(),
  negligible: z.int(),
  unknown: z.int(),
});
export type Counts = z.output<typeof Counts>;

export interface AffectedPackage {
  name: string;
  version: string;
  /** Empty where there is no fix yet. */
  fixedBy: string;
}

/** One vulnerability, however many packages and platforms have it. */
export interface Finding {
  id: string;
  severity: Severity;
  link: string;
  packages: AffectedPackage[];
  platforms: string[];
}

export function findingsOf(features: readonly Feature[], platform: string): Finding[] {
  const found = new Map<string, Finding>();
  for (const { Name, Version, Vulnerabilities } of features) {
    for (const { Name: name, Severity, FixedBy, Link } of Vulnerabilities ?? []) {
      const one = { name: Name, version: Version ?? '', fixedBy: FixedBy ?? '' };
      const severity = severityOf(Severity ?? '');
      const link = Link?.split(/\s+/)[0] ?? '';
      for (const id of idsOf(name ?? '', Link ?? '', Name)) {
        add(found, { id, severity, link, packages: [one], platforms: [platform] });
      }
    }
  }
  return [...found.values()];
}

/** The findings of several images as one list, worst first. */
export function united(all: readonly (readonly Finding[])[]): Finding[] {
  const found = new Map<string, Finding>();
  for (const finding of all.flat()) add(found, { ...finding, packages: [...finding.packages] });
  return [...found.values()].sort(
    (a, b) =>
      SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) ||
      Number(isFixable(b)) - Number(isFixable(a)) ||
      (a.id < b.id ? 1 : -1),
  );
}

export function isFixable({ packages }: Finding): boolean {
  return packages.some(({ fixedBy }) => fixedBy !== '');
}

export function countsOf(findings: readonly Finding[]): Counts {
  const counts: Counts = { defcon1: 0, critical: 0, high: 0, medium: 0, low: 0, negligible: 0, unknown: 0 };
  for (const { severity } of findings) counts[severity] += 1;
  return counts;
}

function add(found: Map<string, Finding>, more: Finding): void {
  const known = found.get(more.id);
  if (known === undefined) {
    found.set(more.id, { ...more, platforms: [...more.platforms] });
    return;
  }
  // The sources of a scanner do not always agree: the worst of them counts.
  if (SEVERITIES.indexOf(more.severity) < SEVERITIES.indexOf(known.severity)) known.severity = more.severity;
  const isKnown = (one: AffectedPackage) =>
    known.packages.some(
      ({ name, version, fixedBy }) => name === one.name && version === one.version && fixedBy === one.fixedBy,
    );
  known.packages.push(...more.packages.filter((one) => !isKnown(one)));
  known.platforms = [...new Set([...known.platforms, ...more.platforms])];
}

/**
 * An advisory such as RHSA-2026:1234 stands for the CVEs that it links to; what names none of them counts by
 * its own name, and what has no name at all by its package.
 */
function idsOf(name: string, links: string, ofPackage: string): string[] {
  const cves = (text: string) => [...new Set(text.match(/CVE-\d{4}-\d{4,}/g) ?? [])];
  if (cves(name).length > 0) return cves(name);
  if (cves(links).length > 0) return cves(links);
  const own = name.split(/\s/)[0]?.replace(/:$/, '') ?? '';
  return [own === '' ? `without a name, in ${ofPackage}` : own];
}

function severityOf(text: string): Severity {
  return SEVERITIES.find((severity) => severity === text.toLowerCase()) ?? 'unknown';
}
