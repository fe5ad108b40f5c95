import { isTree, type Tree } from '../scenario/merge.ts';
import { nameOf, treeAt, valueAt, wordsAt } from './manifest.ts';
import type { ResourceType } from './resources.ts';
import { badRequest, type Cause } from './status.ts';

const LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const VALUE = /^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/;
const KEY = /^([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?\/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;

const SUBDOMAIN_WORDS =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const LABEL_WORDS =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const VALUE_WORDS =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";
const KEY_WORDS =
  "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";

const LARGEST_ANNOTATIONS = 256 * 1024;

function wrong(field: string, value: string, why: string): Cause {
  return { reason: 'FieldValueInvalid', message: `Invalid value: ${JSON.stringify(value)}: ${why}`, field };
}

export function metadataProblems(type: ResourceType, object: Tree): Cause[] {
  return [...nameProblems(type, nameOf(object)), ...labelProblems(object), ...annotationProblems(object)];
}

function nameProblems(type: ResourceType, name: string): Cause[] {
  const field = 'metadata.name';
  if (name === '') {
    const message = 'Required value: name or generateName is required';
    return [{ reason: 'FieldValueRequired', message, field }];
  }
  const [pattern, longest, why] =
    type.kind === 'Namespace' ? [LABEL, 63, LABEL_WORDS] : [SUBDOMAIN, 253, SUBDOMAIN_WORDS];
  if (name.length > longest) return [wrong(field, name, `must be no more than ${longest} bytes`)];
  return pattern.test(name) ? [] : [wrong(field, name, why)];
}

function labelProblems(object: Tree): Cause[] {
  return Object.entries(wordsAt(object, 'metadata.labels')).flatMap(([key, value]) => {
    const field = 'metadata.labels';
    if (!KEY.test(key)) return [wrong(field, key, KEY_WORDS)];
    if (value.length > 63) return [wrong(field, value, 'must be no more than 63 bytes')];
    return VALUE.test(value) ? [] : [wrong(field, value, VALUE_WORDS)];
  });
}

function annotationProblems(object: Tree): Cause[] {
  const field = 'metadata.annotations';
  const annotations = Object.entries(wordsAt(object, field));
  const size = annotations.reduce((sum, [key, value]) => sum + Buffer.byteLength(key + value), 0);
  if (size > LARGEST_ANNOTATIONS) {
    const message = `Too long: may not be more than ${LARGEST_ANNOTATIONS} bytes`;
    return [{ reason: 'FieldValueTooLong', message, field }];
  }
  return annotations.flatMap(([key]) => (KEY.test(key.toLowerCase()) ? [] : [wrong(field, key, KEY_WORDS)]));
}

const KNOWN = [
  'name',
  'generateName',
  'namespace',
  'labels',
  'annotations',
  'ownerReferences',
  'finalizers',
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'managedFields',
  'selfLink',
];

/** Metadata as the server decodes it: unknown fields fall away, and a label that is no string is no label. */
export function decodedMetadata(object: Tree): Tree {
  const metadata = object.metadata ?? {};
  if (!isTree(metadata)) {
    throw badRequest('json: cannot unmarshal into Go struct field .metadata of type v1.ObjectMeta');
  }
  for (const map of ['labels', 'annotations']) {
    const values = valueAt(metadata, map) ?? {};
    if (!isTree(values) || Object.values(values).some((value) => typeof value !== 'string')) {
      throw badRequest(
        `json: cannot unmarshal into Go struct field ObjectMeta.metadata.${map} of type map[string]string`,
      );
    }
  }
  return Object.fromEntries(
    Object.entries(treeAt(object, 'metadata')).filter(
      ([key, value]) => KNOWN.includes(key) && value !== null,
    ),
  );
}
