import { z } from 'zod';
import { DurationText } from '../../src/kit/duration.ts';

const Component = z.string().regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, 'a name of letters, digits and -');

const LabelValue = z
  .string()
  .regex(/^[A-Za-z0-9]([\w.-]{0,61}[A-Za-z0-9])?$/, 'a value that a label can have');

const App = z.strictObject({
  image_base: z
    .string()
    .regex(/^[a-z0-9][a-z0-9.:/_-]*[a-z0-9]$/, 'a pull spec without tag')
    .meta({ description: 'Pull spec of its image, without tag and digest.' }),
  components: z
    .array(Component)
    .min(1)
    .meta({ description: 'Its components as app-interface names them; one of them is deployed at a time.' }),
});
export type App = z.output<typeof App>;

export const BonfireSettings = z.object({
  cluster: z.string().min(1).optional().meta({
    description: 'The cluster with ephemeral namespaces, as modules.kubernetes names it.',
  }),
  pool: z.string().min(1).default('default').meta({ description: 'Where a call names no pool.' }),
  requesters: z.record(z.string(), LabelValue).default({}).meta({
    description: 'Principal → requester, where people reserve under another name besides.',
  }),
  apps: z
    .record(z.string().regex(/^[A-Za-z0-9][\w.-]{0,63}$/), App)
    .default({})
    .meta({
      description: 'What bonfire_deploy may deploy.',
    }),
  program: z
    .string()
    .min(1)
    .default('bonfire')
    .meta({ description: 'The bonfire command: a name on the PATH, or a path.' }),
  ref_env: z.string().min(1).optional().meta({
    description: 'Environment of app-interface that the refs of all other components come from.',
  }),
  optional_deps_method: z.enum(['hybrid', 'all', 'none']).default('hybrid'),
  frontends: z.boolean().default(false),
  deploy_limit: DurationText.default('15m').meta({
    description: 'Longest time for a deploy, until everything in it is ready.',
  }),
});
export type BonfireSettings = z.output<typeof BonfireSettings>;
