/** Commits that stand for themselves in tests. */
export const OLD = 'a1b2c3d4e5f60718293a4b5c6d7e8f9012345678';
export const NEW = 'deadbeefcafe0123456789abcdef0123456789ab';
export const OTHER = '0f1e2d3c4b5a69788796a5b4c3d2e1f001234567';
/** Both are numbers to a loader that looks at them unquoted. */
export const DIGITS = '1234567890123456789012345678901234567890';
export const EXPONENT = '12345678901234567890123456789012345678e1';

export const HEAD = `$schema: /app-sre/saas-file-2.yml
labels: {service: demo}
name: demo
displayName: Demo
description: a file for tests
app:
  $ref: /services/demo/app.yml
pipelinesProvider:
  $ref: /services/demo/pipelines.yml
managedResourceTypes:
- Deployment
imagePatterns:
- quay.io/example
`;

const NAMESPACES = '/services/demo/namespaces';
export const namespaceFile = (name: string) => `${NAMESPACES}/${name}.yml`;

/**
 * Shapes that break readers by pattern: quotes, the ref before the namespace, the name between them, a
 * selector, a target that is promoted automatically.
 */
export const SHAPES = `---
${HEAD}resourceTemplates:
- name: demo
  url: https://git.example.com/demo/demo
  path: /deploy/template.yml
  hash_length: 7
  targets:
  # stage follows its branch
  - ref: main
    namespace:
      $ref: ${namespaceFile('demo-stage')}
  - ref: "${OLD}"   # pinned, keep the quotes
    name: prod
    namespace:
      $ref: ${namespaceFile('demo-prod')}
    promotion:
      auto: true
      subscribe:
      - demo-stage-channel
      soakDays: 3
      schedule: '* 8-16 * * 1-5'
  - namespace: {$ref: ${namespaceFile('demo-prod-billing')}}
    name: billing
    ref: '${OTHER}'
    disable: true
    images:
    - org: {$ref: /dependencies/quay/example.yml}
      name: demo
  - name: everywhere
    namespaceSelector:
      jsonPathSelectors:
        include:
        - namespace[?(@.name=="demo")]
    ref: ${OTHER}
`;

/** A commit of forty digits, unquoted. */
export const NUMERIC = `${HEAD}resourceTemplates:
- name: demo
  url: https://git.example.com/demo/demo
  path: /deploy/template.yml
  targets:
  - namespace:
      $ref: ${namespaceFile('demo-prod')}
    ref: ${DIGITS}
  - namespace:
      $ref: ${namespaceFile('demo-billing')}
    ref: ${EXPONENT} # with an exponent
`;
