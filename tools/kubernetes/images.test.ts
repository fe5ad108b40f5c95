import { describe, expect, it } from 'vitest';
import { containerImages, digestOf, repositoryOf } from './images.ts';
import {
  type DeploymentGiven,
  deployment,
  digest,
  IMAGE,
  type PodGiven,
  pod,
  waiting,
} from './testing/objects.ts';

const A = `${IMAGE}@${digest('a')}`;
const B = `${IMAGE}@${digest('b')}`;
const runs = (
  name: string,
  container: NonNullable<PodGiven['containers']>[number] = {},
  more: PodGiven = {},
) => pod({ name, containers: [container], ...more });
const judge = (given: DeploymentGiven, pods: ReturnType<typeof pod>[], wanted?: string) =>
  containerImages(deployment({ replicas: 2, ...given }), pods, wanted)[0];

describe('pull specs', () => {
  it.each([
    [`${IMAGE}:1`, IMAGE, undefined],
    [A, IMAGE, digest('a')],
    [`${IMAGE}:1@${digest('a')}`, IMAGE, digest('a')],
    [`docker-pullable://${A}`, `docker-pullable://${IMAGE}`, digest('a')],
    [digest('a'), '', digest('a')],
    ['localhost:5000/app', 'localhost:5000/app', undefined],
    ['app', 'app', undefined],
  ])('%s', (image, repository, found) => {
    expect(digestOf(image)).toBe(found);
    if (repository !== '') expect(repositoryOf(image)).toBe(repository);
  });
});

describe('whether everything runs what it should', () => {
  it.each<[string, DeploymentGiven, ReturnType<typeof pod>[], string | undefined]>([
    ['two pods, one digest, by tag', {}, [runs('a'), runs('b')], undefined],
    ['by digest', { image: A }, [runs('a', { image: A }), runs('b', { image: A })], undefined],
    [
      'the digest of an index, told as that of the platform',
      { image: A },
      [runs('a', { image: A, imageID: B }), runs('b', { image: A, imageID: B })],
      undefined,
    ],
    [
      'two digests behind one tag',
      {},
      [runs('a'), runs('b', { imageID: B })],
      'its pods run 2 different images',
    ],
    [
      'pods of the template before',
      { image: `${IMAGE}:2` },
      [runs('a'), runs('b')],
      'its pods run another image than the template names',
    ],
    [
      'pods of the digest before',
      { image: B },
      [runs('a', { image: A }), runs('b', { image: A })],
      'its pods run another image than the template names',
    ],
    ['one of two', {}, [runs('a')], 'it runs in 1 of 2 wanted pods'],
    [
      'one that cannot be pulled',
      {},
      [runs('a'), runs('b'), runs('c', { imageID: '', state: waiting('ImagePullBackOff') })],
      'it does not run in 1 of its pods',
    ],
    ['none', {}, [], 'it runs in no pod'],
    ['stopped', { replicas: 0 }, [], 'it is scaled to 0'],
    [
      'a node that says nothing',
      {},
      [runs('a', { imageID: '' }), runs('b', { imageID: '' })],
      'no node says which digest it runs',
    ],
    [
      'pods that go away or have ended do not count',
      {},
      [
        runs('a'),
        runs('b'),
        runs('c', { imageID: B }, { deleted: true }),
        runs('d', { imageID: B }, { phase: 'Failed' }),
      ],
      undefined,
    ],
  ])('%s', (_, given, pods, fault) => {
    const images = judge(given, pods);
    expect(images?.allRunning).toBe(fault === undefined);
    if (fault !== undefined) expect(images?.why).toBe(fault);
  });

  it('holds them against the digest that was asked for', () => {
    const pods = [runs('a'), runs('b')];
    expect(judge({}, pods, digest('a'))?.allRunning).toBe(true);
    expect(judge({}, pods, digest('b'))).toMatchObject({
      allRunning: false,
      why: 'it runs another digest than the one asked for',
    });
    const index = [runs('a', { image: A, imageID: B }), runs('b', { image: A, imageID: B })];
    expect(judge({ image: A }, index, digest('a'))?.allRunning).toBe(true);
  });

  it('judges each container by itself', () => {
    const containers = [
      { name: 'app', image: `${IMAGE}:1` },
      { name: 'proxy', image: 'registry.example.com/proxy:1' },
    ];
    const both = (imageID: string) =>
      pod({
        name: imageID.slice(-3),
        containers: [{}, { name: 'proxy', image: 'registry.example.com/proxy:1', imageID }],
      });
    const found = containerImages(deployment({ replicas: 2, containers }), [both(A), both(B)], undefined);
    expect(found.map(({ container, allRunning }) => [container, allRunning])).toEqual([
      ['app', true],
      ['proxy', false],
    ]);
    expect(found[1]?.running.map(({ pods }) => pods.length)).toEqual([1, 1]);
  });
});
