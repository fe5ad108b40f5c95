import { z } from 'zod';
import { Name, Product, projects } from './product-settings.ts';

export const AppInterfaceSettings = z.object({
  repository: Name.meta({ description: 'Name in modules.git.repositories of the app-interface repository.' }),
  ...projects,
  data_folder: z
    .string()
    .regex(/^[\w.-]+(\/[\w.-]+)*$/)
    .default('data')
    .meta({ description: 'Folder from which each $ref is counted.' }),
  hash_length: z.int().min(1).max(40).optional().meta({
    description: 'Characters of a commit in image tags where a resource template does not say.',
  }),
  products: z
    .record(Name, Product)
    .default({})
    .meta({ description: 'The products, by name; they may stand at the top of the settings instead.' }),
});
export type AppInterfaceSettings = z.output<typeof AppInterfaceSettings>;
