import { z } from 'zod';

export const Name = z.string().regex(/^[A-Za-z0-9][\w.-]{0,63}$/, 'letters, digits, . _ - alone');
const Text = z.string().min(1).max(300);
const Word = z.string().regex(/^\S{1,200}$/, 'one word');
/** Inside the repository, as git names it. */
export const FilePath = z
  .string()
  .max(300)
  .regex(
    /^(?!\/)(?!.*(^|\/)\.{1,2}(\/|$))[^\p{C}\\]+\.ya?ml$/u,
    'a path inside the repository that ends with .yml or .yaml',
  );
const Project = z.string().regex(/^[\w.-]+(\/[\w.-]+)+$/, 'a path such as group/name');

/** Where merge requests go, for the module as a whole or for one product. */
export const projects = {
  project: Project.optional().meta({
    description: 'GitLab path of the app-interface repository upstream, e.g. service/app-interface.',
  }),
  fork_project: Project.optional().meta({ description: 'GitLab path of our fork of it.' }),
};

const Locator = z
  .strictObject({
    template: Text.optional().meta({ description: 'Name of the resource template.' }),
    namespace: Text.optional().meta({
      description: 'Whole $ref of the namespace file, or its file name without .yml.',
    }),
    target: Text.optional().meta({ description: "The target's own name." }),
  })
  .refine(
    ({ namespace, target }) => namespace !== undefined || target !== undefined,
    'give namespace, or the name of the target',
  );

const Environment = z.strictObject({
  target: Name.meta({ description: 'Label of the target that this environment runs.' }),
  namespace: Text.optional().meta({
    description: 'Its Kubernetes namespace; the name of the namespace file when absent.',
  }),
  deployments: z.array(Text).min(1).optional().meta({ description: 'Count these alone.' }),
  promotes_to: Name.optional().meta({ description: 'The environment that gets what runs here.' }),
});

const MergeRequest = z.strictObject({
  labels: z
    .array(z.string().regex(/^[^,\p{C}]{1,100}$/u, 'no comma'))
    .default([])
    .meta({ description: 'Labels that it gets.' }),
  branch_prefix: Name.default('release').meta({ description: 'How the names of our branches begin.' }),
  reviewers: z.array(Word).default([]).meta({ description: 'User names of those who are asked to review.' }),
});

const Konflux = z.strictObject({
  namespace: Name.optional().meta({
    description: 'The tenant; the one of modules.konflux when absent.',
  }),
  application: Name.meta({ description: 'The application that builds the image.' }),
  component: Name.optional().meta({ description: 'Its component, where it has several.' }),
});

const Jira = z.strictObject({
  project: z
    .string()
    .regex(/^[A-Z][A-Z0-9_]+$/, 'a project key such as DEMO')
    .meta({ description: 'Key of the project that release issues are made in.' }),
  type: Text.meta({ description: 'Type of such an issue, e.g. Task.' }),
  component: Text.optional().meta({ description: 'Component of the project.' }),
  labels: z.array(Word).default([]).meta({ description: 'Labels that it gets.' }),
});

const Slack = z.strictObject({
  channel: Word.meta({ description: 'Where its releases are told of: a name, or an id.' }),
});

const Live = z.strictObject({
  environment: Name.meta({ description: 'Name in modules.kubernetes.environments.' }),
  deployment: Text.meta({ description: 'Name of the Deployment that runs the image.' }),
  container: Text.optional().meta({ description: 'Its container with the image, where it has several.' }),
  deploys: Name.optional().meta({
    description: 'Name in modules.kubernetes.environments of where the deploy pipelines run.',
  }),
});

const NEEDED = z.enum(['required', 'none']);
const Gates = z.strictObject({
  vulnerabilities: z.enum(['critical', 'high', 'none']).default('critical').meta({
    description: 'From which severity on a vulnerability of the image stops a release.',
  }),
  tests: NEEDED.optional().meta({
    description: 'Passed integration tests of the snapshot; required where konflux is set, when absent.',
  }),
  signature: NEEDED.default('none').meta({ description: 'A signature of the image that holds.' }),
  policy: NEEDED.default('none').meta({ description: 'A policy report of the snapshot without failures.' }),
});

export const Product = z
  .strictObject({
    title: Text.optional().meta({ description: 'What people call it.' }),
    file: FilePath.meta({ description: 'Path of the saas file in the repository.' }),
    targets: z.record(Name, Locator).meta({ description: 'Label, e.g. production → the target meant.' }),
    code_repository: Name.optional().meta({
      description: 'Name in modules.git.repositories of the code that the refs are commits of.',
    }),
    image: z
      .string()
      .regex(/^[a-z0-9][a-z0-9.:/_-]*[a-z0-9]$/, 'a pull spec without tag')
      .optional()
      .meta({ description: 'Pull spec without tag; images of other repositories are not compared.' }),
    environments: z.record(Name, Environment).optional().meta({
      description:
        'What appinterface_compare_live compares; when absent each label by itself, stage before production.',
    }),
    ...projects,
    merge_request: MergeRequest.prefault({}).meta({ description: 'Merge requests that change its refs.' }),
    konflux: Konflux.optional().meta({ description: 'Where its image is built and tested.' }),
    jira: Jira.optional().meta({ description: 'The issue that each release of it has.' }),
    slack: Slack.optional().meta({ description: 'Who is told of its releases.' }),
    live: z.record(Name, Live).optional().meta({ description: 'Label of a target → where that runs.' }),
    gates: Gates.prefault({}).meta({ description: 'What has to hold before a release of it.' }),
  })
  .superRefine(({ targets, environments = {}, live = {} }, context) => {
    const fault = (path: string[], message: string) => context.addIssue({ code: 'custom', path, message });
    for (const [name, { target, promotes_to: goal }] of Object.entries(environments)) {
      if (!Object.hasOwn(targets, target))
        fault(['environments', name, 'target'], `no target has the label ${target}`);
      if (goal !== undefined && !Object.hasOwn(environments, goal))
        fault(['environments', name, 'promotes_to'], `there is no environment ${goal}`);
    }
    for (const label of Object.keys(live)) {
      if (!Object.hasOwn(targets, label)) fault(['live', label], `no target has the label ${label}`);
    }
  });
export type ProductSettings = z.output<typeof Product>;
