import { type Reply, type System, text } from '../http.ts';
import type { World } from '../world.ts';

export const mirror: System = {
  name: 'mirror',
  routes: [
    {
      method: 'GET',
      path: '/pub/openshift-v4/signatures/openshift/release/:digest/:file',
      answer: (call, world) => signature(world, call.param('digest').replace('=', ':'), call.param('file')),
    },
  ],
};

function signature(world: World, digest: string, file: string): Reply {
  const entry = world.scenario.mirror.signatures[digest];
  if (entry === undefined || entry.published > world.now || file !== 'signature-1') {
    return text(404, '<html><body><h1>404 Not Found</h1></body></html>', 'text/html');
  }
  return {
    status: 200,
    headers: { 'content-type': 'application/octet-stream' },
    body: literalMessage(entry.claims ?? digest),
  };
}

/**
 * An OpenPGP literal data packet around the container signature's payload: the shape of the real file without the
 * key's part, since nobody here holds the release key.
 */
function literalMessage(digest: string): Buffer {
  const payload = Buffer.from(
    JSON.stringify({
      critical: {
        image: { 'docker-manifest-digest': digest },
        type: 'atomic container signature',
        identity: { 'docker-reference': 'quay.io/openshift-release-dev/ocp-release' },
      },
      optional: { creator: 'sandbox' },
    }),
  );
  const literal = Buffer.concat([Buffer.from('b'), Buffer.from([0]), Buffer.alloc(4), payload]);
  const head = Buffer.from([0xc0 | 11, 0xff, 0, 0, 0, 0]);
  head.writeUInt32BE(literal.length, 2);
  return Buffer.concat([head, literal]);
}
