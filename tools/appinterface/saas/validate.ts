import { isScalar, type YAMLMap } from 'yaml';
import type { z } from 'zod';
import { oneLine } from '../../../src/kit/text.ts';
import { pathText } from '../../../src/kit/zod-error.ts';
import { type At, itemsOf, mapOf, offsetOf, readYaml, scalarSource, type YamlFile } from './document.ts';
import { describeTarget, whyNotAddressable } from './locate.ts';
import { targetWarnings } from './may-edit.ts';
import type { SaasFile } from './model.ts';
import { saasOf } from './parse.ts';
import { looksNumeric } from './refs.ts';
import { SaasDocument, TargetDocument } from './schema.ts';

export interface Finding {
  severity: 'error' | 'warning';
  rule: string;
  /** Where, as `resourceTemplates[0].targets[1].ref`; empty for the file as a whole. */
  path: string;
  line: number | undefined;
  message: string;
}

/** Everything that is wrong or remarkable in a saas file. Errors are what the schema refuses. */
export function validateSaas(path: string, text: string): Finding[] {
  const { file, faults } = readYaml(path, text);
  if (faults.length > 0) {
    return faults.map(({ line, message }) => ({ severity: 'error', rule: 'yaml', path: '', line, message }));
  }
  const saas = saasOf(file);
  return [...schemaFindings(file, saas), ...ruleFindings(file, saas)];
}

function schemaFindings(file: YamlFile, saas: SaasFile): Finding[] {
  const schema: z.ZodType = saas.kind === 'target' ? TargetDocument : SaasDocument;
  const parsed = schema.safeParse(withTextRefs(file));
  return (parsed.error?.issues ?? []).map((issue) => {
    const at = issue.path.map((part) => (typeof part === 'number' ? part : String(part)));
    return {
      severity: 'error' as const,
      rule: at.at(-1) === 'ref' ? 'ref_pattern' : 'schema',
      path: pathText(at),
      line: lineAt(file, at),
      message: oneLine(issue.message, 200),
    };
  });
}

/** The values, with each ref as text: as a number it would have lost its digits before it is judged. */
function withTextRefs(file: YamlFile): unknown {
  const document = file.document.clone();
  const copy: YamlFile = { ...file, document: document as YamlFile['document'] };
  for (const map of targetMaps(copy)) {
    const ref = map.get('ref', true);
    if (isScalar(ref) && ref.type === 'PLAIN' && typeof ref.value === 'number') ref.value = scalarSource(ref);
  }
  return document.toJS({ maxAliasCount: 100 });
}

function targetMaps(file: YamlFile): YAMLMap[] {
  const root = mapOf(file, file.document.contents);
  if (root === undefined) return [];
  const inline = itemsOf(file, root.get('resourceTemplates', true)).flatMap((template) =>
    itemsOf(file, mapOf(file, template)?.get('targets', true)).flatMap((target) => mapOf(file, target) ?? []),
  );
  return [root, ...inline];
}

function ruleFindings(file: YamlFile, saas: SaasFile): Finding[] {
  return saas.targets.flatMap((target) => {
    const path = pathText(target.at);
    const line = target.ref?.line ?? lineAt(file, target.at);
    const finding = (
      severity: Finding['severity'],
      rule: string,
      message: string,
      key?: string,
    ): Finding => ({
      severity,
      rule,
      path: key === undefined ? path : pathText([...target.at, key]),
      line,
      message: oneLine(message, 300),
    });
    if (target.targetFile !== undefined) return [];
    const places = [target.namespace !== undefined, target.selector !== undefined].filter(Boolean).length;
    const addressable = whyNotAddressable(target);
    const promotion = mapOf(file, file.document.getIn([...target.at, 'promotion'], true));
    return [
      ...(places === 1
        ? []
        : [finding('error', 'one_place', 'must have exactly one of namespace and namespaceSelector')]),
      ...(promotion?.has('auto') === true && !promotion.has('subscribe')
        ? [finding('error', 'auto_needs_subscribe', 'auto needs a channel in subscribe', 'promotion')]
        : []),
      ...(target.ref?.quote === 'plain' && looksNumeric(target.ref.value)
        ? [
            finding(
              'warning',
              'quote_it',
              'looks like a number and is not quoted: quote it, or a loader may read another value',
              'ref',
            ),
          ]
        : []),
      ...(places === 1 && addressable !== undefined
        ? [finding('warning', 'not_addressable', `${describeTarget(target)}: ${addressable}`)]
        : []),
      ...(target.promotion?.auto === true
        ? [
            finding(
              'warning',
              'auto_promotion',
              `${describeTarget(target)} is promoted automatically`,
              'promotion',
            ),
          ]
        : []),
      ...targetWarnings(target).map((message) => finding('warning', 'target', message)),
    ];
  });
}

/** The line of what a path names, or of the nearest thing around it. */
function lineAt(file: YamlFile, at: At): number | undefined {
  for (let length = at.length; length > 0; length -= 1) {
    const offset = offsetOf(file.document.getIn(at.slice(0, length), true));
    if (offset !== undefined) return file.lineOf(offset);
  }
  return undefined;
}
