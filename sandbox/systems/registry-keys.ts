import { createECDH, createHash, createPrivateKey, createPublicKey, type KeyObject, sign } from 'node:crypto';

/** The same at every start, so that anybody could have it: these keys are good for nothing outside a sandbox. */
function privateKey(name: string): KeyObject {
  const curve = createECDH('prime256v1');
  curve.setPrivateKey(createHash('sha256').update(`sandbox key ${name}`).digest());
  const point = curve.getPublicKey();
  const part = (bytes: Buffer) => bytes.toString('base64url');
  return createPrivateKey({
    format: 'jwk',
    key: {
      kty: 'EC',
      crv: 'P-256',
      d: part(curve.getPrivateKey()),
      x: part(point.subarray(1, 33)),
      y: part(point.subarray(33)),
    },
  });
}

export function publicKeyPem(name: string): string {
  return String(createPublicKey(privateKey(name)).export({ type: 'spki', format: 'pem' }));
}

export function signedWith(name: string, message: Buffer): string {
  return sign('sha256', message, privateKey(name)).toString('base64');
}
