import { z } from 'zod';

const Erratum = z.object({ id: z.int(), fulladvisory: z.string().min(1), status: z.string().min(1) });

/** GET /api/v1/erratum/<id>: the erratum stands under its type in small letters. */
export const ErratumAnswer = z.object({
  errata: z
    .object({ rhba: Erratum.optional(), rhsa: Erratum.optional(), rhea: Erratum.optional() })
    .refine((errata) => Object.keys(errata).length > 0, 'none of rhba, rhsa, rhea'),
  blocking_advisories: z.array(z.int()).nullish(),
  jira_issues: z
    .object({ jira_issues: z.array(z.object({ jira_issue: z.object({ key: z.string().min(1) }) })) })
    .optional(),
});

/** GET /advisory/<id>.json: the only answer that names people. */
export const AdvisoryAnswer = z.object({ people: z.object({ assigned_to: z.string().nullish() }) });

const Push = z.object({
  id: z.int(),
  status: z.string().min(1),
  target: z.object({ name: z.string().min(1) }),
});
export const PushesAnswer = z.array(Push);

const Alert = z.object({
  name: z.string(),
  text: z.string().nullish(),
  description: z.string().nullish(),
  how_to_resolve: z.string().nullish(),
  blocking: z.boolean(),
});

/** GET …/builds: builds by product version; each one is named by its key. */
export const BuildsAnswer = z.record(
  z.string(),
  z.object({ builds: z.array(z.record(z.string(), z.unknown())) }),
);

export const AlertsAnswer = z.object({
  alerts: z.object({ alerts: z.array(Alert), blocking: z.boolean().optional() }),
});
