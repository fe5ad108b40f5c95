import { z } from 'zod';
import { toolsOf } from '../../src/kit/tool.ts';
import type { AppInterfaceClient } from './client.ts';
import { FilePath } from './product-settings.ts';

export const defineTool = toolsOf<AppInterfaceClient>();

export const Product = z
  .string()
  .min(1)
  .max(64)
  .meta({ description: 'A product of modules.appinterface.products.' });
export const Label = z.string().min(1).max(64).meta({ description: 'Label of a target, e.g. production.' });
export const File = FilePath.meta({ description: 'Path of a saas file in the repository.' });
export const At = z
  .string()
  .min(1)
  .max(250)
  .meta({ description: 'Commit, branch or tag to read at; the head of the default branch when absent.' });
