import { z } from 'zod';
import { SluiceError } from '../../../src/kit/errors.ts';
import type { Http } from '../../../src/kit/http.ts';
import { isDigest } from '../../quay/client.ts';
import { see } from '../flow-page.ts';

const Grade = z.object({
  grade: z.string().nullish(),
  start_date: z.string(),
  end_date: z.string().nullish(),
});

const ImagesAnswer = z.object({
  total: z.int().nonnegative(),
  data: z.array(
    z.object({
      freshness_grades: z.array(Grade).nullish(),
      _links: z.object({ vulnerabilities: z.object({ href: z.string() }).nullish() }).nullish(),
    }),
  ),
});
export type CatalogImage = z.output<typeof ImagesAnswer>['data'][number];

const VulnerabilitiesAnswer = z.object({
  data: z.array(
    z.object({
      cve_id: z.string().nullish(),
      severity: z.string().nullish(),
      affected_packages: z.array(z.object({ name: z.string(), version: z.string().nullish() })).nullish(),
    }),
  ),
});

export interface Vulnerability {
  cve: string;
  severity: string;
  packages: string[];
}

/** What the container catalog, or its stage, has under a digest. */
export async function imagesByDigest(
  catalog: Http,
  digest: string,
  signal: AbortSignal | undefined,
): Promise<{ total: number; images: CatalogImage[] }> {
  if (!isDigest(digest)) {
    throw new SluiceError('schema_drift', {
      cause: `${JSON.stringify(digest)} is not a digest that the catalog could be asked for.`,
      remedy: `The image has to be named by its digest where it is listed. ${see('strange-answer')}`,
    });
  }
  const query = { filter: `image_id==${digest}`, page_size: 100, page: 0 };
  const { total, data } = await catalog.getJson('/images', ImagesAnswer, { query, signal });
  return { total, images: data };
}

/** Empty when the image has no link to its vulnerabilities. */
export async function vulnerabilitiesOf(
  catalog: Http,
  image: CatalogImage,
  signal: AbortSignal | undefined,
): Promise<Vulnerability[]> {
  const id = /\/v1\/images\/id\/([A-Za-z0-9]+)\/vulnerabilities$/.exec(
    image._links?.vulnerabilities?.href ?? '',
  )?.[1];
  if (id === undefined) return [];
  const query = { page_size: 100, page: 0 };
  const target = `/images/id/${id}/vulnerabilities`;
  const { data } = await catalog.getJson(target, VulnerabilitiesAnswer, { query, signal });
  return data.map(({ cve_id, severity, affected_packages }) => ({
    cve: cve_id ?? 'no CVE id',
    severity: severity ?? 'unknown',
    packages: (affected_packages ?? []).map(({ name, version }) => (version ? `${name} ${version}` : name)),
  }));
}
