import { parse } from 'yaml';
import { listAt, textAt, treeAt } from '../kubernetes/manifest.ts';
import { isTree, type Tree } from '../scenario/merge.ts';
import type { GitHost } from './host.ts';
import { changedFiles, fileAt } from './read.ts';

const SAAS_FILE = '/app-sre/saas-file-2.yml';
const DATA = 'data';
/** Where a template does not say how much of a commit is its tag. */
const HASH_LENGTH = 7;

export interface TargetChange {
  before: Tree | undefined;
  after: Tree;
}

/**
 * The targets of saas files whose ref is another one in `to` than in `from`, each with what whoever deploys it
 * has to know of it.
 */
export function changedTargets(host: GitHost, repository: string, from: string, to: string): TargetChange[] {
  const files = changedFiles(host, repository, from, to).filter(({ newPath }) => /\.ya?ml$/.test(newPath));
  return files.flatMap(({ oldPath, newPath }) => {
    const before = targetsOf(host, repository, from, oldPath);
    const after = targetsOf(host, repository, to, newPath);
    return [...after].flatMap(([key, target]): TargetChange[] => {
      const was = before.get(key);
      return was?.ref === target.ref ? [] : [{ before: was, after: target }];
    });
  });
}

function targetsOf(host: GitHost, repository: string, commit: string, path: string): Map<string, Tree> {
  const read = (file: string) => documentIn(fileAt(host, repository, commit, file));
  const at = (ref: string | undefined) => (ref === undefined ? {} : read(`${DATA}${ref}`));
  const file = read(path);
  const targets = new Map<string, Tree>();
  if (textAt(file, '$schema') !== SAAS_FILE) return targets;
  const provider = at(textAt(file, 'pipelinesProvider.$ref'));
  const pipelines = at(textAt(provider, 'namespace.$ref'));
  for (const template of listAt(file, 'resourceTemplates')) {
    for (const target of listAt(template, 'targets')) {
      const ref = textAt(target, 'ref');
      const place = textAt(target, 'namespace.$ref');
      if (ref === undefined || place === undefined) continue;
      const namespace = at(place);
      const length = Number(treeAt(template, '').hash_length ?? HASH_LENGTH);
      targets.set([textAt(template, 'name'), place, textAt(target, 'name')].join('\n'), {
        repository,
        file: path,
        saas_file: textAt(file, 'name') ?? '',
        template: textAt(template, 'name') ?? '',
        target: textAt(target, 'name') ?? '',
        namespace: textAt(namespace, 'name') ?? '',
        env_name: textAt(at(textAt(namespace, 'environment.$ref')), 'name') ?? '',
        pipelines_namespace: textAt(pipelines, 'name') ?? '',
        ref,
        short: ref.slice(0, length),
        parameters: {
          ...treeAt(file, 'parameters'),
          ...treeAt(template, 'parameters'),
          ...treeAt(target, 'parameters'),
        },
      });
    }
  }
  return targets;
}

function documentIn(text: string | undefined): Tree {
  if (text === undefined) return {};
  try {
    // Ids may look like numbers.
    const read: unknown = parse(text, { schema: 'failsafe' });
    return isTree(read) ? read : {};
  } catch {
    return {};
  }
}
