import { z } from 'zod';

export const Name = z
  .string()
  .max(253)
  .regex(/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/, 'a Kubernetes name');

export const Namespace = Name.optional().meta({
  description: "The tenant's namespace; the one of the settings when left out.",
});

export const Limit = z.int().min(1).max(50).default(15);
