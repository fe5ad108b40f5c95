import { z } from 'zod';
import { SluiceError } from '../../src/kit/errors.ts';
import type { QuayApi } from './api.ts';
import { defineTool, IMAGE_OUTPUT, ImageInput } from './define.ts';
import { Counts, countsOf, type Finding, findingsOf, isFixable, SEVERITIES, united } from './findings.ts';
import { type Image, type PlatformImage, pinned, platformImages, readImage } from './images.ts';
import { inGroups } from './in-groups.ts';
import { absent } from './registry.ts';

const MOST_PACKAGES = 5;
/** Worst first. Only the last one is an answer; a status that is not listed is none either. */
const STATUSES = [
  'failed',
  'unsupported',
  'manifest_layer_too_large',
  'queued',
  'no_package_data',
  'scanned',
] as const;

const Scan = z.object({
  platform: z.string().nullable(),
  digest: z.string(),
  status: z.string().meta({ description: STATUSES.join(', ') }),
  package_count: z.int(),
  counts: Counts,
});
type Scan = z.output<typeof Scan> & { findings: Finding[] };

export const getVulnerabilities = defineTool({
  name: 'quay_get_vulnerabilities',
  title: 'Get the vulnerabilities of an image',
  description: `What Quay's scanner found in an image, for a gate to judge: verdict is clean, findings, or undecided while any
platform of it is not scanned or showed no packages (counts are then a lower bound). Every image of an index is looked at.
Counts are of distinct CVEs, the worst severity of each; fixable_counts of those that a newer package mends.`,
  effect: 'read',
  input: z.object({
    image: ImageInput,
    min_severity: z
      .enum(SEVERITIES)
      .default('unknown')
      .meta({ description: 'What to list; all are counted.' }),
    limit: z.int().min(1).max(50).default(15),
  }),
  output: z.object({
    ...IMAGE_OUTPUT,
    verdict: z.enum(['clean', 'findings', 'undecided']),
    complete: z.boolean().meta({ description: 'Whether every image was scanned and showed its packages.' }),
    status: z.string().meta({ description: 'The worst of scans.' }),
    counts: Counts,
    fixable_counts: Counts,
    scans: z.array(Scan),
    vulnerabilities: z.array(
      z.object({
        id: z.string(),
        severity: z.enum(SEVERITIES),
        fixable: z.boolean(),
        packages: z.array(
          z.object({ name: z.string(), version: z.string(), fixed_by: z.string().nullable() }),
        ),
        package_count: z.int(),
        platforms: z.array(z.string()),
        link: z.string().nullable(),
      }),
    ),
    total: z.int().meta({ description: 'Of min_severity or worse.' }),
    truncated: z.boolean(),
    summary: z.string(),
    next: z.string().optional(),
  }),
  run: async ({ image: text, min_severity, limit }, { client, signal }) => {
    const { place } = client.locate(text);
    if (place.api === undefined) {
      throw new SluiceError('precondition', {
        cause: `${place.host} has no Quay API, so nobody has scanned its images as far as can be asked.`,
        remedy: `If it is a Quay, set ${place.setting}.kind to quay; else take the scan of the build.`,
      });
    }
    const { api } = place;
    const image = await readImage(client, text, signal);
    const scans = await inGroups(platformImages(image), (one) => scanOf(api, image, one, signal));
    const findings = united(scans.map((scan) => scan.findings));
    const complete = scans.length > 0 && scans.every(({ status }) => status === 'scanned');
    const verdict = !complete ? 'undecided' : findings.length > 0 ? 'findings' : 'clean';
    const least = SEVERITIES.indexOf(min_severity);
    const listed = findings.filter(({ severity }) => SEVERITIES.indexOf(severity) <= least);
    const counts = countsOf(findings);
    const status = worst(scans);
    return {
      image: pinned(image),
      tag: image.name.tag || null,
      digest: image.document.digest,
      is_index: image.document.kind === 'index',
      verdict,
      complete,
      status,
      counts,
      fixable_counts: countsOf(findings.filter(isFixable)),
      scans: scans.map(({ findings: _, ...scan }) => scan),
      vulnerabilities: listed.slice(0, limit).map(shown),
      total: listed.length,
      truncated: listed.length > limit,
      summary: sentence(pinned(image), verdict, status, scans, counts),
      ...(status === 'queued' ? { next: 'Look again in some minutes: the scanner has not finished.' } : {}),
    } as const;
  },
});

async function scanOf(
  api: QuayApi,
  image: Image,
  { digest, platform }: PlatformImage,
  signal: AbortSignal | undefined,
): Promise<Scan> {
  const { host, repository } = image.name;
  const answer = await absent(api.security(repository, digest, signal));
  if (answer === undefined) {
    throw new SluiceError('precondition', {
      cause: `${host} keeps no scan of ${repository}@${digest}: its scanner is switched off, or its API knows another image.`,
      remedy: 'Ask the owners of this Quay whether images are scanned.',
    });
  }
  const features = answer.data?.Layer?.Features ?? [];
  const findings = findingsOf(features, platform ?? 'image');
  return {
    platform,
    digest,
    // Nothing found among no packages says nothing.
    status: answer.status === 'scanned' && features.length === 0 ? 'no_package_data' : answer.status,
    package_count: features.length,
    counts: countsOf(findings),
    findings,
  };
}

function worst(scans: readonly Scan[]): string {
  const rank = ({ status }: Scan) => (STATUSES as readonly string[]).indexOf(status);
  return scans.toSorted((a, b) => rank(a) - rank(b))[0]?.status ?? 'unsupported';
}

function shown(finding: Finding) {
  const { id, severity, link, packages, platforms } = finding;
  return {
    id,
    severity,
    fixable: isFixable(finding),
    packages: packages
      .slice(0, MOST_PACKAGES)
      .map(({ name, version, fixedBy }) => ({ name, version, fixed_by: fixedBy || null })),
    package_count: packages.length,
    platforms,
    link: link || null,
  };
}

function sentence(
  image: string,
  verdict: string,
  status: string,
  scans: readonly Scan[],
  counts: Counts,
): string {
  const found = SEVERITIES.filter((severity) => counts[severity] > 0).map(
    (severity) => `${counts[severity]} ${severity}`,
  );
  const list = found.length === 0 ? 'nothing' : found.join(', ');
  if (verdict !== 'undecided') {
    return `${image} is scanned: ${list}${verdict === 'clean' ? ' was found' : ''}.`;
  }
  if (scans.length === 0) return `${image} is undecided: it holds no image that could be scanned.`;
  const open = scans.filter((scan) => scan.status !== 'scanned').length;
  return `${image} is undecided: ${open} of ${scans.length} images ${status === 'no_package_data' ? 'showed no packages' : `not scanned (${status})`}; ${list} found so far.`;
}
