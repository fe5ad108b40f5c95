import { z } from 'zod';

const Name = z.string().regex(/^[A-Za-z0-9][\w.-]{0,63}$/, 'letters, digits, . _ - alone');
const Text = z.string().min(1).max(300);
/** Inside the repository, as git names it. */
export const FilePath = z
  .string()
  .max(300)
  .regex(
    /^(?!\/)(?!.*(^|\/)\.{1,2}(\/|$))[^\p{C}\\]+\.ya?ml$/u,
    'a path inside the repository that ends with .yml or .yaml',
  );

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

const Product = z
  .strictObject({
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
  })
  .superRefine(({ targets, environments = {} }, context) => {
    for (const [name, { target, promotes_to: goal }] of Object.entries(environments)) {
      const fault = (key: string, message: string) =>
        context.addIssue({ code: 'custom', path: ['environments', name, key], message });
      if (!Object.hasOwn(targets, target)) fault('target', `no target has the label ${target}`);
      if (goal !== undefined && !Object.hasOwn(environments, goal))
        fault('promotes_to', `there is no environment ${goal}`);
    }
  });

export const AppInterfaceSettings = z.object({
  repository: Name.meta({ description: 'Name in modules.git.repositories of the app-interface repository.' }),
  data_folder: z
    .string()
    .regex(/^[\w.-]+(\/[\w.-]+)*$/)
    .default('data')
    .meta({ description: 'Folder from which each $ref is counted.' }),
  hash_length: z.int().min(1).max(40).optional().meta({
    description: 'Characters of a commit in image tags where a resource template does not say.',
  }),
  products: z.record(Name, Product).default({}).meta({ description: 'The products, by name.' }),
});
export type AppInterfaceSettings = z.output<typeof AppInterfaceSettings>;
export type ProductSettings = z.output<typeof Product>;
