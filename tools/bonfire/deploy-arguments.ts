import type { BonfireSettings } from './settings.ts';

export interface DeployWanted {
  namespace: string;
  /** As app-interface names it. */
  app: string;
  component: string;
  /** Pull spec without tag and digest. */
  imageBase: string;
  /** `sha256:…` */
  digest: string;
  templateRef: string;
  limitMs: number;
}

/**
 * Arguments of `bonfire deploy`, each one of its own: no shell reads them. Templates write an image as
 * `${IMAGE}:${IMAGE_TAG}`, so a digest comes out whole when its algorithm goes to IMAGE and the rest to IMAGE_TAG.
 */
export function deployArguments(
  settings: Pick<BonfireSettings, 'ref_env' | 'optional_deps_method' | 'frontends'>,
  { namespace, app, component, imageBase, digest, templateRef, limitMs }: DeployWanted,
): string[] {
  const [algorithm = '', hex = ''] = digest.split(':');
  return [
    'deploy',
    '--source=appsre',
    ...(settings.ref_env === undefined ? [] : ['--ref-env', settings.ref_env]),
    '--namespace',
    namespace,
    '--timeout',
    String(Math.max(1, Math.floor(limitMs / 1_000))),
    '--optional-deps-method',
    settings.optional_deps_method,
    '--frontends',
    String(settings.frontends),
    '--component',
    component,
    '--no-remove-resources',
    'all',
    '--set-template-ref',
    `${component}=${templateRef}`,
    '--set-parameter',
    `${component}/IMAGE=${imageBase}@${algorithm}`,
    '--set-parameter',
    `${component}/IMAGE_TAG=${hex}`,
    app,
  ];
}
