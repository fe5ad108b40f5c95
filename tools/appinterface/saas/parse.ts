import { isAlias, isCollection, isScalar, type Node, type YAMLMap } from 'yaml';
import {
  type At,
  followed,
  itemsOf,
  mapOf,
  openYaml,
  scalarSource,
  sourceOf,
  textAt,
  type YamlFile,
} from './document.ts';
import type { Promotion, RefScalar, SaasFile, Target, Template } from './model.ts';

export const SAAS_SCHEMA = '/app-sre/saas-file-2.yml';
export const TARGET_SCHEMA = '/app-sre/saas-file-target-1.yml';

/** A saas file, or a target that stands in a file of its own. What is not there stays undefined. */
export function parseSaas(path: string, text: string): SaasFile {
  const file = openYaml(path, text);
  return saasOf(file);
}

export function saasOf(file: YamlFile): SaasFile {
  const root = mapOf(file, file.document.contents);
  const schema = textAt(file, root, '$schema');
  const common = {
    path: file.path,
    text: file.text,
    schema,
    name: textAt(file, root, 'name'),
    displayName: textAt(file, root, 'displayName'),
    app: crossRef(file, root?.get('app', true)),
    deprecated: isTrue(file, root, 'deprecated'),
    channelInTag: isTrue(file, root, 'use_channel_in_image_tag'),
  };
  const alone = schema === TARGET_SCHEMA || (root?.has('ref') === true && !root.has('resourceTemplates'));
  if (alone) {
    const targets = root === undefined ? [] : [targetOf(file, root, [], undefined)];
    return { ...common, kind: 'target', templates: [], targets };
  }
  const templates = itemsOf(file, root?.get('resourceTemplates', true)).map((item, index) =>
    templateOf(file, mapOf(file, item), ['resourceTemplates', index]),
  );
  return { ...common, kind: 'saas', templates, targets: templates.flatMap(({ targets }) => targets) };
}

function templateOf(file: YamlFile, map: YAMLMap | undefined, at: At): Template {
  const name = textAt(file, map, 'name') ?? '';
  return {
    name,
    url: textAt(file, map, 'url') ?? '',
    path: textAt(file, map, 'path') ?? '',
    provider: textAt(file, map, 'provider'),
    hashLength: wholeNumber(textAt(file, map, 'hash_length')),
    targets: itemsOf(file, map?.get('targets', true)).map((item, index) => {
      const target = targetOf(file, mapOf(file, item), [...at, 'targets', index], name);
      // One text behind an alias serves two targets: neither can be changed alone.
      return isAlias(item) ? aliased(target) : target;
    }),
  };
}

function targetOf(file: YamlFile, map: YAMLMap | undefined, at: At, template: string | undefined): Target {
  const selector = mapOf(
    file,
    mapOf(file, map?.get('namespaceSelector', true))?.get('jsonPathSelectors', true),
  );
  return {
    file: file.path,
    at,
    template,
    name: textAt(file, map, 'name'),
    namespace: crossRef(file, map?.get('namespace', true)),
    selector:
      map?.has('namespaceSelector') === true
        ? { include: textsAt(file, selector, 'include'), exclude: textsAt(file, selector, 'exclude') }
        : undefined,
    targetFile: textAt(file, map, '$ref'),
    ref: map === undefined ? undefined : refOf(file, map.get('ref', true)),
    promotion: promotionOf(file, mapOf(file, map?.get('promotion', true))),
    disabled: isTrue(file, map, 'disable'),
    deleted: isTrue(file, map, 'delete'),
    parameters: parametersOf(file, mapOf(file, map?.get('parameters', true))),
    images: itemsOf(file, map?.get('images', true)).flatMap((item) => {
      const image = mapOf(file, item);
      const name = textAt(file, image, 'name');
      if (name === undefined) return [];
      const org = crossRef(file, image?.get('org', true));
      return [org === undefined ? name : `${org}:${name}`];
    }),
  };
}

function refOf(file: YamlFile, node: unknown): RefScalar | undefined {
  if (node === undefined) return undefined;
  const real = followed(file, node);
  if (!isScalar(real) || real.range == null) return undefined;
  const [start, end] = real.range;
  const value = scalarSource(real);
  return {
    value,
    quote: real.type === 'QUOTE_SINGLE' ? 'single' : real.type === 'QUOTE_DOUBLE' ? 'double' : 'plain',
    start,
    end,
    bytes: [bytesOf(file.text, start), bytesOf(file.text, end)],
    line: file.lineOf(start),
    fixed: isAlias(node)
      ? `it is the alias *${node.source}`
      : real.anchor !== undefined
        ? `it carries the anchor &${real.anchor}, which may be used elsewhere`
        : real.type === 'BLOCK_LITERAL' || real.type === 'BLOCK_FOLDED'
          ? 'it is a block of text'
          : value === ''
            ? 'it is empty'
            : undefined,
  };
}

function aliased(target: Target): Target {
  if (target.ref === undefined) return target;
  return { ...target, ref: { ...target.ref, fixed: 'its target is an alias of another one' } };
}

function promotionOf(file: YamlFile, map: YAMLMap | undefined): Promotion | undefined {
  if (map === undefined) return undefined;
  return {
    auto: isTrue(file, map, 'auto'),
    subscribe: textsAt(file, map, 'subscribe'),
    publish: textsAt(file, map, 'publish'),
    soakDays: wholeNumber(textAt(file, map, 'soakDays')),
    schedule: textAt(file, map, 'schedule'),
  };
}

function parametersOf(file: YamlFile, map: YAMLMap | undefined): Record<string, string> {
  const entries = (map?.items ?? []).map(({ key, value }) => {
    const real = followed(file, value);
    const text = isCollection(real)
      ? file.text.slice(real.range?.[0] ?? 0, real.range?.[1] ?? 0).trim()
      : (sourceOf(file, value) ?? '');
    return [isScalar(key) ? scalarSource(key) : String(key), text] as const;
  });
  return Object.fromEntries(entries);
}

function crossRef(file: YamlFile, node: unknown): string | undefined {
  return textAt(file, mapOf(file, node), '$ref');
}

function textsAt(file: YamlFile, map: YAMLMap | undefined, key: string): string[] {
  return itemsOf(file, map?.get(key, true) as Node | undefined).flatMap((item) => sourceOf(file, item) ?? []);
}

function isTrue(file: YamlFile, map: YAMLMap | undefined, key: string): boolean {
  return /^(true|True|TRUE)$/.test(textAt(file, map, key) ?? '');
}

function wholeNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,6}$/.test(text) ? Number(text) : undefined;
}

function bytesOf(text: string, end: number): number {
  return Buffer.byteLength(text.slice(0, end), 'utf8');
}
