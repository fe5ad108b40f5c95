import { type RegistryJob, registryJobs, registryPath } from './job-registry.ts';
import type { parseBuild } from './release.ts';
import type { OarServices } from './services.ts';
import type { TestResultFile } from './test-result.ts';

/** When the tests of a build began: the registry of that moment says which jobs it needs. */
export function testedSince(file: TestResultFile): string | undefined {
  const starts = file.result.flatMap(({ firstJob }) => firstJob.jobStartTime ?? []);
  return starts
    .filter((start) => !Number.isNaN(Date.parse(start)))
    .sort((a, b) => Date.parse(a) - Date.parse(b))[0];
}

/**
 * The jobs of the registry as it stood when the build was tested, or now for a build not tested yet.
 * A history that does not reach back that far leaves the present list.
 */
export async function registryOf(
  services: Pick<OarServices, 'sources'>,
  build: ReturnType<typeof parseBuild>,
  arch: string,
  moment: string | undefined,
): Promise<RegistryJob[] | undefined> {
  const registry = services.sources.test_registry;
  if (registry === undefined) return undefined;
  const path = registryPath(build.yStream, arch);
  const past = moment === undefined ? undefined : await registry.readAsOf?.(path, build.yStream, moment);
  const listed = past ?? (await registry.read(path, build.yStream));
  if (listed === undefined) return undefined;
  return registryJobs(registry.locate(path, build.yStream), listed.text, build.kind, moment);
}
