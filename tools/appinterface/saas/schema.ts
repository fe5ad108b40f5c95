import { z } from 'zod';
import { SAAS_SCHEMA, TARGET_SCHEMA } from './parse.ts';
import { REF } from './refs.ts';

const CrossRef = z.strictObject({ $ref: z.string() });
const Labels = z.record(z.string(), z.string());
const Parameters = z.record(z.string(), z.unknown());
const VaultSecret = z.strictObject({
  path: z.string(),
  field: z.string(),
  format: z.enum(['plain', 'base64']).optional(),
  version: z.int().optional(),
});
const SecretParameters = z.array(z.object({ name: z.string(), secret: VaultSecret }));

/** One of two shapes, told apart by `$ref`: faults are those of the shape that was meant. */
function inlineOr(inline: z.ZodType): z.ZodType {
  return z.unknown().superRefine((value, context) => {
    const referenced = value !== null && typeof value === 'object' && '$ref' in value;
    const parsed = (referenced ? CrossRef : inline).safeParse(value);
    for (const { code: _, ...issue } of parsed.error?.issues ?? [])
      context.addIssue({ code: 'custom', message: issue.message, path: [...issue.path] });
  });
}

const Promotion = z.strictObject({
  auto: z.boolean().optional(),
  redeployOnPublisherConfigChange: z.boolean().optional(),
  publish: z.array(z.string()).min(1).optional(),
  subscribe: z.array(z.string()).min(1).optional(),
  soakDays: z.int().optional(),
  schedule: z
    .string()
    .regex(/(((\d+,)+\d+|(\d+(\/|-)\d+)|\d+|\*) ?){5}/, 'must be a schedule of five fields, as in crontab')
    .optional(),
  promotion_data: z
    .array(
      z.object({
        channel: z.string().optional(),
        data: z.array(z.object({ type: z.string().optional() })).optional(),
      }),
    )
    .optional(),
});

const TARGET = {
  name: z.string().optional(),
  provider: z.enum(['static', 'dynamic']).optional(),
  namespace: CrossRef.optional(),
  namespaceSelector: z
    .object({
      jsonPathSelectors: z
        .strictObject({ include: z.array(z.string()).min(1), exclude: z.array(z.string()).optional() })
        .optional(),
    })
    .optional(),
  ref: z.string().regex(REF, 'must be 40 lower case hex digits, master, main, internal or stable'),
  promotion: Promotion.optional(),
  parameters: Parameters.optional(),
  secretParameters: SecretParameters.optional(),
  upstream: z.strictObject({ instance: CrossRef, name: z.string() }).optional(),
  images: z.array(z.strictObject({ org: CrossRef, name: z.string() })).optional(),
  slos: z.array(CrossRef).optional(),
  disable: z.boolean().optional(),
  delete: z.boolean().optional(),
};
const Target = z.strictObject(TARGET);

/** A target that stands in a file of its own. */
export const TargetDocument = z.strictObject({ $schema: z.literal(TARGET_SCHEMA), ...TARGET });

const Template = z.strictObject({
  name: z.string(),
  url: z.url(),
  path: z.string().startsWith('/', 'must start with /'),
  provider: z.enum(['openshift-template', 'directory', 'helm']).optional(),
  hash_length: z.int().optional(),
  parameters: Parameters.optional(),
  secretParameters: SecretParameters.optional(),
  targets: z.array(inlineOr(Target)),
});

const Authentication = z.strictObject({
  $schema: z.string().optional(),
  code: VaultSecret.optional(),
  image: VaultSecret.optional(),
});

const Slack = z.strictObject({
  output: z.enum(['events', 'publish']).optional(),
  workspace: CrossRef,
  channel: z.string(),
  notifications: z.strictObject({ start: z.boolean().optional() }).optional(),
});

/** A whole saas file. The upstream pattern for image patterns lets every text pass, so there is none here. */
export const SaasDocument = z.strictObject({
  $schema: z.literal(SAAS_SCHEMA),
  labels: Labels,
  name: z.string().max(39, 'must have at most 39 characters'),
  displayName: z.string(),
  description: z.string(),
  app: CrossRef,
  pipelinesProvider: CrossRef,
  managedResourceTypes: z.array(z.string()),
  imagePatterns: z.array(z.string()),
  resourceTemplates: z.array(Template),
  slack: Slack.optional(),
  authentication: inlineOr(Authentication).optional(),
  parameters: Parameters.optional(),
  secretParameters: SecretParameters.optional(),
  allowedSecretParameterPaths: z.array(z.string()).optional(),
  validateTargetsInApp: z.boolean().optional(),
  validatePlannedData: z.boolean().optional(),
  skipSuccessfulDeployNotifications: z.boolean().optional(),
  managedResourceNames: z.array(z.unknown()).optional(),
  takeover: z.boolean().optional(),
  deprecated: z.boolean().optional(),
  compare: z.boolean().optional(),
  timeout: z
    .string()
    .regex(/(\d+[dhms])+/, 'must be a duration such as 1h30m')
    .optional(),
  publishJobLogs: z.boolean().optional(),
  clusterAdmin: z.boolean().optional(),
  use_channel_in_image_tag: z.boolean().optional(),
  deployResources: z.unknown().optional(),
});
