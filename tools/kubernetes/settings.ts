import { z } from 'zod';
import { SecretRef } from '../../src/kit/secret.ts';

/** How a cluster is reached: by a kubeconfig, or by its address and a token. */
export const clusterShape = {
  kubeconfig: z.string().min(1).optional().meta({
    description: 'A kubeconfig file; its users may log in by certificate, token, OIDC or an exec plugin.',
  }),
  context: z
    .string()
    .min(1)
    .optional()
    .meta({ description: 'A context of it; the current one when absent.' }),
  base_url: z.url().optional().meta({ description: 'The API server, instead of a kubeconfig.' }),
  token: SecretRef.optional().meta({ description: 'With base_url: a bearer token.' }),
  ca_file: z.string().min(1).optional().meta({
    description: 'With base_url: certificates of the authority that signed its certificate (PEM).',
  }),
  namespace: z.string().min(1).optional().meta({
    description: "Where names are looked for when a call says no namespace; else the context's.",
  }),
  login: z.string().min(1).optional().meta({
    description: 'The command that a person runs to log in, named when the login has run out.',
  }),
};

export const ClusterSettings = z.strictObject(clusterShape);
export type ClusterSettings = z.output<typeof ClusterSettings>;
