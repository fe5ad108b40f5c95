import { drift } from './drift.ts';
import { requiredOf } from './job-registry.ts';
import { registryOf, testedSince } from './job-registry-read.ts';
import { parseBuild } from './release.ts';
import { needSource, type OarServices } from './services.ts';
import { parseTestResult, type TestResultFile, testResultPath } from './test-result.ts';
import { type Evaluation, evaluate, evaluateMissing } from './verdict.ts';

export interface BuildResult {
  evaluation: Evaluation;
  /** Undefined when there is none yet. */
  file: TestResultFile | undefined;
}

/** The result file of a build and what it comes to by the registry of its time. */
export async function resultOf(
  services: Pick<OarServices, 'sources'>,
  name: string,
  arch: string,
): Promise<BuildResult> {
  const build = parseBuild(name);
  const records = needSource(services, 'records');
  const path = testResultPath(name, arch);
  const found = await records.read(path, build.yStream);
  if (found === undefined) return { evaluation: evaluateMissing(name, arch), file: undefined };

  const file = parseOwnResult(records.locate(path, build.yStream), found.text, name);
  const jobs = await registryOf(services, build, arch, testedSince(file));
  return { evaluation: evaluate(file, requiredOf(jobs)), file };
}

/** The file of exactly this build. */
export function parseOwnResult(where: string, text: string, name: string): TestResultFile {
  const file = parseTestResult(where, text);
  if (file.build.name !== name)
    throw drift(where, `build.name: it speaks of ${file.build.name}, not of ${name}`);
  return file;
}
