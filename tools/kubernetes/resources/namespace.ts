import { z } from 'zod';
import { resource } from '../resource.ts';
import { OwnedMetadata } from './common.ts';

const Namespace = z.object({
  metadata: OwnedMetadata,
  status: z.object({ phase: z.string().default('') }).prefault({}),
});
export type Namespace = z.output<typeof Namespace>;

export const NAMESPACE = resource('v1', 'namespaces', 'Namespace', Namespace, { clusterWide: true });
