import { expect, it } from 'vitest';
import { artifactsOf, resultsOf } from './results.ts';
import { DIGEST, IMAGE, runOf } from './testing/objects.ts';

it.each([
  [`${IMAGE}:latest`, IMAGE],
  [`${IMAGE}:latest@${DIGEST}`, IMAGE],
  [IMAGE, IMAGE],
  ['registry.example.com:5000/team/image', 'registry.example.com:5000/team/image'],
  ['registry.example.com:5000/team/image:v1', 'registry.example.com:5000/team/image'],
])('the repository of %s', (url, image) => {
  expect(resultsOf(runOf({ results: { IMAGE_URL: `${url}\n` } })).image).toBe(image);
});

it('signature, attestation and SBOM lie beside the image, by its digest', () => {
  const { refs } = artifactsOf(runOf({ results: { IMAGE_URL: `${IMAGE}:v1`, IMAGE_DIGEST: DIGEST } }));
  const tag = `${IMAGE}:sha256-${'ab'.repeat(32)}`;
  expect(refs).toEqual({ signature: `${tag}.sig`, attestation: `${tag}.att`, sbom: `${tag}.sbom` });
});

it('without a digest nothing is made up', () => {
  expect(artifactsOf(runOf({ results: { IMAGE_URL: IMAGE } })).refs).toBeNull();
  expect(artifactsOf(runOf({ results: { IMAGE_URL: IMAGE, IMAGE_DIGEST: 'latest' } })).refs).toBeNull();
  expect(artifactsOf(runOf())).toMatchObject({ image: null, digest: null, signed: null, results: {} });
});

it.each([
  ['true', true],
  ['failed', false],
  [undefined, null],
])('Tekton Chains says %s: signed %s', (said, signed) => {
  const annotations = said === undefined ? {} : { annotations: { 'chains.tekton.dev/signed': said } };
  expect(resultsOf(runOf(annotations)).signed).toBe(signed);
});
