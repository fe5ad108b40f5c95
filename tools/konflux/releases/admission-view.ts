import { z } from 'zod';
import { LABEL } from '../resources/common.ts';
import type { Admission } from '../resources/release.ts';

const Tags = z.array(z.string()).optional().catch(undefined);

const Mapping = z.object({
  mapping: z.object({
    components: z
      .array(
        z.object({
          name: z.string(),
          repository: z.string().optional(),
          repositories: z.array(z.object({ url: z.string(), tags: Tags })).default([]),
          tags: Tags,
        }),
      )
      .default([]),
    defaults: z.object({ tags: Tags }).optional(),
  }),
});

const Notes = z.object({ releaseNotes: z.object({ type: z.string() }) });

export interface Mapped {
  component: string;
  repository: string;
  tags: string[];
}

/** Which component goes to which repository, one row for each; its own tags go before the defaults. */
export function mappingOf({ spec }: Admission): Mapped[] {
  const read = Mapping.safeParse(spec.data).data?.mapping;
  const usual = read?.defaults?.tags ?? [];
  return (read?.components ?? []).flatMap(({ name, repository, repositories, tags }) => {
    const all = [
      ...(repository === undefined ? [] : [{ url: repository, tags: undefined }]),
      ...repositories,
    ];
    return all.map((one) => ({ component: name, repository: one.url, tags: one.tags ?? tags ?? usual }));
  });
}

/** RHEA, RHBA or RHSA where the admission makes advisories. */
export function advisoryType({ spec }: Admission): string | null {
  return Notes.safeParse(spec.data).data?.releaseNotes.type ?? null;
}

export function blocks({ metadata }: Admission): boolean {
  return metadata.labels[LABEL.blockReleases] === 'true';
}

export const AdmissionRow = z.object({
  name: z.string(),
  namespace: z.string(),
  origin: z.string().nullable(),
  applications: z.array(z.string()),
  component_groups: z.array(z.string()),
  takes_total: z.int().meta({ description: 'How many applications and groups it takes in all.' }),
  policy: z.string().nullable(),
  environment: z.string().nullable(),
  block_releases: z
    .boolean()
    .nullable()
    .meta({ description: 'Null where the admission itself may not be read.' }),
  release_plans: z.array(z.string()).meta({ description: 'namespace/name of the plans matched to it.' }),
  release_plans_total: z.int(),
  known_from: z.enum(['admission', 'plan_status']),
});
export type AdmissionRow = z.output<typeof AdmissionRow>;

export function admissionRow(admission: Admission): AdmissionRow {
  const { metadata, spec, status } = admission;
  return {
    name: metadata.name,
    namespace: metadata.namespace ?? '',
    origin: spec.origin,
    applications: spec.applications,
    component_groups: spec.componentGroups,
    takes_total: spec.applications.length + spec.componentGroups.length,
    policy: spec.policy || null,
    environment: spec.environment || null,
    block_releases: blocks(admission),
    release_plans: status.releasePlans.map(({ name }) => name),
    release_plans_total: status.releasePlans.length,
    known_from: 'admission',
  };
}

const NAMES_SHOWN = 12;

/** As it is answered: some admissions take hundreds of applications. */
export function shortRow(row: AdmissionRow): AdmissionRow {
  return {
    ...row,
    applications: row.applications.slice(0, NAMES_SHOWN),
    component_groups: row.component_groups.slice(0, NAMES_SHOWN),
    release_plans: row.release_plans.slice(0, NAMES_SHOWN),
  };
}
