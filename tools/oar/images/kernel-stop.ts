import { z } from 'zod';
import { SluiceError } from '../../../src/kit/errors.ts';
import type { Http } from '../../../src/kit/http.ts';
import { path } from '../../../src/kit/url.ts';
import { drift, fromJson } from '../drift.ts';
import { see } from '../flow-page.ts';
import type { Metadata } from '../metadata.ts';
import type { OarServices } from '../services.ts';

const STOP_TAG = 'early-kernel-stop-ship';

const BuildMetadata = z.object({
  output: z.array(
    z.object({
      components: z
        .array(z.object({ name: z.string(), version: z.string().optional(), release: z.string().optional() }))
        .nullish(),
    }),
  ),
});

/** Why the kernel cannot be looked at; undefined when it can. */
export async function kernelUnchecked(
  services: OarServices,
  { advisories }: Metadata,
): Promise<string | undefined> {
  const { places } = services;
  if (advisories.rhcos === undefined) return 'the release has no RHCOS advisory';
  if (places.brew_url === undefined) return 'modules.oar.brew_url is not set';
  if (places.koji_url === undefined) return 'modules.oar.koji_url is not set';
  const builds = await rhcosBuilds(services, advisories.rhcos);
  return builds.length === 0 ? `advisory ${advisories.rhcos} has no rhcos-x86_64 build` : undefined;
}

async function rhcosBuilds(services: OarServices, advisory: number): Promise<string[]> {
  return (await services.errata().listBuilds(advisory)).filter((nvr) => nvr.startsWith('rhcos-x86'));
}

/** Throws `precondition` when a kernel inside the RHCOS build must not ship yet. */
export async function demandShippableKernel(services: OarServices, metadata: Metadata): Promise<void> {
  const { brew_url: brew, koji_url: koji } = services.places;
  const advisory = metadata.advisories.rhcos;
  if (advisory === undefined || brew === undefined || koji === undefined) return;
  const kernels = new Set<string>();
  for (const build of await rhcosBuilds(services, advisory)) {
    const { text } = await brew.get(`${folderOf(build)}/metadata.json`);
    for (const kernel of kernelsIn(`${build}: metadata.json`, text)) kernels.add(kernel);
  }
  for (const kernel of kernels) {
    if (!(await tagsOf(koji, kernel)).includes(STOP_TAG)) continue;
    throw new SluiceError('precondition', {
      cause: `${kernel}, which is in the RHCOS build of ${metadata.release.name}, is tagged ${STOP_TAG}.`,
      remedy: `Nothing was approved. Ask ART for an RHCOS build with a kernel that may ship. ${see('kernel-must-not-ship')}`,
      rule: STOP_TAG,
    });
  }
}

/** `rhcos-x86_64-9.6.20260624-0` lies in packages/rhcos-x86_64/9.6.20260624/0. */
function folderOf(nvr: string): string {
  const [, name = '', version = '', release = ''] = /^(.+)-([^-]+)-([^-]+)$/.exec(nvr) ?? [];
  if (name === '') throw drift('errata', `${JSON.stringify(nvr)} is not the name of a build`);
  return path`/packages/${name}/${version}/${release}`;
}

function kernelsIn(where: string, text: string): string[] {
  const components = fromJson(where, text, BuildMetadata).output.flatMap(
    ({ components }) => components ?? [],
  );
  const kernels = components.flatMap(({ name, version, release }) =>
    name === 'kernel' && version !== undefined && release !== undefined
      ? [`kernel-${version}-${release}`]
      : [],
  );
  if (kernels.length === 0) throw drift(where, 'no output of it has a component kernel');
  return kernels;
}

/** From Koji's page of a build: its tags stand there as links; a build without any says so. */
async function tagsOf(koji: Http, nvr: string): Promise<string[]> {
  const { text: page } = await koji.get('/buildinfo', {
    query: { buildID: nvr },
    headers: { accept: 'text/html' },
  });
  const tags = [...page.matchAll(/<a href="taginfo\?tagID=\d+">([^<]+)<\/a>/g)].map(([, name = '']) =>
    name.trim(),
  );
  if (page.includes(nvr) && (tags.length > 0 || /No tags/i.test(page))) return tags;
  throw drift(`koji: the page of ${nvr}`, 'it does not say which tags the build has');
}
