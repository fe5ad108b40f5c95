import { z } from 'zod';
import { toolsOf } from '../../src/kit/tool.ts';
import type { QuayClient } from './client.ts';

export const defineTool = toolsOf<QuayClient>();

export const ImageInput = z.string().min(1).max(600).meta({
  description:
    'registry.example/namespace/name:tag or …@sha256:…; namespace/name:tag in the registry of the settings. A commit is a tag like any other.',
});

export const RepositoryInput = z.string().min(1).max(600).meta({
  description: 'registry.example/namespace/name, or namespace/name in the registry of the settings.',
});

/** What every answer about an image begins with. */
export const IMAGE_OUTPUT = {
  image: z.string().meta({ description: 'Pull spec by digest.' }),
  tag: z.string().nullable().meta({ description: 'As given.' }),
  digest: z.string().meta({ description: 'What the tag stands for now, or the digest as given.' }),
  is_index: z.boolean().meta({ description: 'Whether it holds an image for each platform.' }),
};
